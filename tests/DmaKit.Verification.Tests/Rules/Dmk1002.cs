namespace DmaKit.Verification.Tests.Rules;

[NotOnQemu("where an IOMMU translates, what lies in front of a buffer is not mapped, and the transfer is refused instead (DMK5001)")]
public sealed class Dmk1002 : RuleTest
{
    protected override string Id => "DMK1002";

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer frame = bench.Dma.AllocateCommonBuffer(512, new() { Name = "rx frame" });
        bench.EduWrites(frame.LogicalAddress - 14, 14 + 100);
        frame.DeclareQuiet();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CommonBuffer frame = bench.Dma.AllocateCommonBuffer(512, new() { Name = "rx frame" });
        bench.EduWrites(frame.LogicalAddress, 14 + 100);
        frame.DeclareQuiet();
        return Task.CompletedTask;
    }
}
