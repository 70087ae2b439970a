namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1001 : RuleTest
{
    protected override string Id => "DMK1001";

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(1000, new() { Name = "rx ring" });
        bench.EduWrites(ring.LogicalAddress, 1096);
        ring.DeclareQuiet();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(1000, new() { Name = "rx ring" });
        bench.EduWrites(ring.LogicalAddress, (int)ring.Length);
        ring.DeclareQuiet();
        return Task.CompletedTask;
    }
}
