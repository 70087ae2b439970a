namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1005 : RuleTest
{
    protected override string Id => "DMK1005";

    private protected override Task Buggy(RuleBench bench)
    {
        CommonBuffer status = bench.Dma.AllocateCommonBuffer(64, new() { Name = "status" });
        status.Dispose();
        Assert.Equal(0, status.Read<int>(8));
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        CommonBuffer status = bench.Dma.AllocateCommonBuffer(64, new() { Name = "status" });
        Assert.Equal(0, status.Read<int>(8));
        status.Dispose();
        return Task.CompletedTask;
    }
}
