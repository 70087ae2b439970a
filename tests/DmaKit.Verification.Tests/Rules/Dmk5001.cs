namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5001 : RuleTest
{
    protected override string Id => "DMK5001";

    private protected override RuleOptions Options => new() { Iommu = true };

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "tx ring" });
        bench.EduWrites(ring.LogicalAt(4000), 96 + 96);
        ring.DeclareQuiet();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "tx ring" });
        bench.EduWrites(ring.LogicalAt(4000), 96);
        ring.DeclareQuiet();
        return Task.CompletedTask;
    }
}
