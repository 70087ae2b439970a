namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5008 : RuleTest
{
    protected override string Id => "DMK5008";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Task<CommandOutcome<int>> flush = bench.Post(pool, default, out CommandTag tag);
        for (int replies = 2; replies > 0; replies--) pool.Complete(tag, 0, 0);
        bench.Machine.RunUntilIdle();
        await flush;
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Task<CommandOutcome<int>> flush = bench.Post(pool, default, out CommandTag tag);
        for (int replies = 1; replies > 0; replies--) pool.Complete(tag, 0, 0);
        bench.Machine.RunUntilIdle();
        await flush;
    }
}
