namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5007 : RuleTest
{
    protected override string Id => "DMK5007";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Task<CommandOutcome<int>> flush = bench.Post(pool, default, out CommandTag tag);
        pool.Complete(CommandTag.FromWire(tag.Wire | 0x8000_0000), 0, 0);
        pool.Complete(tag, 0, 0);
        bench.Machine.RunUntilIdle();
        await flush;
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Task<CommandOutcome<int>> flush = bench.Post(pool, default, out CommandTag tag);
        pool.Complete(tag, 0, 0);
        bench.Machine.RunUntilIdle();
        await flush;
    }
}
