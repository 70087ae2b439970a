namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1007 : RuleTest
{
    protected override string Id => "DMK1007";

    private protected override RuleOptions Options => new() { Verifier = new() { Advice = true } };

    private protected override Task Buggy(RuleBench bench)
    {
        CommonBuffer status = bench.Dma.AllocateCommonBuffer(256, new() { Name = "statistics" });
        bench.EduWrites(status.LogicalAddress, 256);
        status.Dispose();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        CommonBuffer status = bench.Dma.AllocateCommonBuffer(256, new() { Name = "statistics" });
        bench.EduWrites(status.LogicalAddress, 256);
        bench.Dma.DeclareQuiet();
        status.Dispose();
        return Task.CompletedTask;
    }
}
