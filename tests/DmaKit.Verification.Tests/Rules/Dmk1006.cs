namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1006 : RuleTest
{
    protected override string Id => "DMK1006";

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(16 * 8, new() { Name = "reply ring" });
        for (int i = 0; i <= 16; i++) Assert.Equal(0L, ring.Read<long>(i * 8));
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(16 * 8, new() { Name = "reply ring" });
        for (int i = 0; i < 16; i++) Assert.Equal(0L, ring.Read<long>(i * 8));
        return Task.CompletedTask;
    }
}
