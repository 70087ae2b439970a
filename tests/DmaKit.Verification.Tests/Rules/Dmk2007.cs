namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2007 : RuleTest
{
    protected override string Id => "DMK2007";

    private protected override Task Buggy(RuleBench bench)
    {
        const int header = 4;
        Assert.True(bench.Dma.TryMap(new byte[1514], DmaDirection.FromDevice, default, out DmaMapping frame));
        using DmaMapping owned = frame;
        int counted = 1514 + header;
        frame.Complete(counted);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        const int header = 4;
        Assert.True(bench.Dma.TryMap(new byte[1514], DmaDirection.FromDevice, default, out DmaMapping frame));
        using DmaMapping owned = frame;
        int counted = 1514 + header;
        frame.Complete(counted - header);
        return Task.CompletedTask;
    }
}
