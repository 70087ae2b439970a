namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2009 : RuleTest
{
    protected override string Id => "DMK2009";

    private protected override Task Buggy(RuleBench bench)
    {
        using BufferChain packet = BufferChain.Rent();
        packet.Add(new byte[14]);
        Assert.True(bench.Dma.TryMap(packet, DmaDirection.ToDevice, default, out DmaMapping mapping));
        using DmaMapping owned = mapping;
        packet.Add(new byte[50]);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BufferChain packet = BufferChain.Rent();
        packet.Add(new byte[14]);
        packet.Add(new byte[50]);
        Assert.True(bench.Dma.TryMap(packet, DmaDirection.ToDevice, default, out DmaMapping mapping));
        using DmaMapping owned = mapping;
        return Task.CompletedTask;
    }
}
