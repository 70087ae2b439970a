namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1009 : RuleTest
{
    protected override string Id => "DMK1009";

    private protected override Task Buggy(RuleBench bench)
    {
        using BlockPool receive = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 2048, Count = 16, Name = "rx blocks" });
        using BlockPool send = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 512, Count = 16, Name = "tx blocks" });
        Assert.True(receive.TryRent(out Block frame));
        Assert.Throws<DmaMisuseException>(() => send.Return(frame));
        receive.Return(frame);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BlockPool receive = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 2048, Count = 16, Name = "rx blocks" });
        using BlockPool send = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 512, Count = 16, Name = "tx blocks" });
        Assert.True(receive.TryRent(out Block frame));
        receive.Return(frame);
        return Task.CompletedTask;
    }
}
