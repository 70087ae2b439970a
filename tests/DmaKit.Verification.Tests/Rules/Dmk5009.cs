namespace DmaKit.Verification.Tests.Rules;

[NotOnQemu("the command is to overstay its second, and QEMU's time is the real one")]
public sealed class Dmk5009 : RuleTest
{
    protected override string Id => "DMK5009";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Task<CommandOutcome<int>> flush = bench.Post(pool, default, out CommandTag tag);
        bench.Machine.Advance(TimeSpan.FromSeconds(1.5));
        pool.Complete(tag, 0, 0);
        bench.Machine.RunUntilIdle();
        await flush;
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Task<CommandOutcome<int>> flush = bench.Post(pool, default, out CommandTag tag);
        bench.Machine.Advance(TimeSpan.FromSeconds(0.5));
        pool.Complete(tag, 0, 0);
        bench.Machine.RunUntilIdle();
        await flush;
    }
}
