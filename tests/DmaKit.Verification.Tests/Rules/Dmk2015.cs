namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2015 : RuleTest
{
    protected override string Id => "DMK2015";

    private protected override RuleOptions Options => new() { Iommu = true };

    private protected override Task Buggy(RuleBench bench)
    {
        byte[] frame = new byte[1514];
        Assert.True(bench.Dma.TryMap(frame, DmaDirection.ToDevice, default, out DmaMapping mapping));
        LogicalAddress at = mapping.Elements[0].Address;
        bench.EduReads(at, frame.Length);
        mapping.Complete(frame.Length);
        bench.EduReads(at, frame.Length);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        byte[] frame = new byte[1514];
        Assert.True(bench.Dma.TryMap(frame, DmaDirection.ToDevice, default, out DmaMapping mapping));
        LogicalAddress at = mapping.Elements[0].Address;
        bench.EduReads(at, frame.Length);
        bench.EduReads(at, frame.Length);
        mapping.Complete(frame.Length);
        return Task.CompletedTask;
    }
}
