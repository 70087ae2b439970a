namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5003 : RuleTest
{
    protected override string Id => "DMK5003";

    private protected override RuleOptions Options => new() { Iommu = true };

    private protected override Task Buggy(RuleBench bench)
    {
        CommonBuffer small = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "rx ring" });
        LogicalAddress at = small.LogicalAddress;
        small.Dispose();
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(8192, new() { Name = "greater rx ring" });
        bench.EduAim(at, 64);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        CommonBuffer small = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "rx ring" });
        LogicalAddress at = small.LogicalAddress;
        small.Dispose();
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(8192, new() { Name = "greater rx ring" });
        at = ring.LogicalAddress;
        bench.EduAim(at, 64);
        return Task.CompletedTask;
    }
}
