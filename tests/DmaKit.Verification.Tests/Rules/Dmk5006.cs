namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5006 : RuleTest
{
    protected override string Id => "DMK5006";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.FromDevice, default, out DmaMapping sector));
        Task<CommandOutcome<int>> read = bench.Post(pool, sector, out CommandTag tag);
        pool.Complete(tag, 0, 512 + 8);
        bench.Machine.RunUntilIdle();
        await read;
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.FromDevice, default, out DmaMapping sector));
        Task<CommandOutcome<int>> read = bench.Post(pool, sector, out CommandTag tag);
        pool.Complete(tag, 0, 512);
        bench.Machine.RunUntilIdle();
        await read;
    }
}
