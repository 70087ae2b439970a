namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5005 : RuleTest
{
    protected override string Id => "DMK5005";

    private protected override RuleOptions Options => new() { Iommu = true, BusMaster = false };

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "event ring" });
        bench.EduWrites(ring.LogicalAddress, 64);
        ring.DeclareQuiet();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        bench.Function.BusMaster = true;
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "event ring" });
        bench.EduWrites(ring.LogicalAddress, 64);
        ring.DeclareQuiet();
        return Task.CompletedTask;
    }
}
