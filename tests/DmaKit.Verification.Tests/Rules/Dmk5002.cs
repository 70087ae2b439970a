namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5002 : RuleTest
{
    protected override string Id => "DMK5002";

    private protected override RuleOptions Options => new() { Iommu = true };

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "status ring" });
        bench.EduAim(ring.LogicalAddress, 64);
        ring.Dispose();
        bench.EduGo();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "status ring" });
        bench.EduAim(ring.LogicalAddress, 64);
        bench.EduGo();
        ring.Dispose();
        return Task.CompletedTask;
    }
}
