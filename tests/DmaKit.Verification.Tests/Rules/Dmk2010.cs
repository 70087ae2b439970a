namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2010 : RuleTest
{
    protected override string Id => "DMK2010";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using DmaAdapter control = bench.Function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        using BlockPool blocks = BlockPool.Create(control, new BlockPoolOptions { BlockLength = 2048, Count = 4, Name = "frames" });
        var options = new MappingOptions { Coalescer = new Coalescer(blocks) };
        Assert.True(bench.Dma.TryMap(new byte[64], DmaDirection.ToDevice, options, out DmaMapping frame));
        frame.Complete(64);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using DmaAdapter control = bench.Function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        using BlockPool blocks = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 2048, Count = 4, Name = "frames" });
        var options = new MappingOptions { Coalescer = new Coalescer(blocks) };
        Assert.True(bench.Dma.TryMap(new byte[64], DmaDirection.ToDevice, options, out DmaMapping frame));
        frame.Complete(64);
    }
}
