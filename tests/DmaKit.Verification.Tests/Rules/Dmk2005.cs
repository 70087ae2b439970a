namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2005 : RuleTest
{
    protected override string Id => "DMK2005";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.FromDevice, default, out DmaMapping sector));
        Task<CommandOutcome<int>> read = bench.Post(pool, sector, out CommandTag tag);
        pool.Complete(tag, 0, 512);
        bench.Machine.RunUntilIdle();
        sector.Complete((await read).Bytes);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.FromDevice, default, out DmaMapping sector));
        Task<CommandOutcome<int>> read = bench.Post(pool, sector, out CommandTag tag);
        pool.Complete(tag, 0, 512);
        bench.Machine.RunUntilIdle();
        Assert.Equal(512, (await read).Bytes);
    }
}
