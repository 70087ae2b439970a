namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6003 : RuleTest
{
    protected override string Id => "DMK6003";

    private protected override Task Buggy(RuleBench bench)
    {
        CommonBuffer status = bench.Dma.AllocateCommonBuffer(64, new() { Name = "status block" });
        bench.EduWrites(status.LogicalAddress, 64);
        status.DeclareQuiet();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        CommonBuffer status = bench.Dma.AllocateCommonBuffer(64, new() { Name = "status block" });
        bench.EduWrites(status.LogicalAddress, 64);
        status.DeclareQuiet();
        status.Dispose();
        return Task.CompletedTask;
    }
}
