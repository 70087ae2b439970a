namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1004 : RuleTest
{
    protected override string Id => "DMK1004";

    private protected override Task Buggy(RuleBench bench)
    {
        CommonBuffer status = bench.Dma.AllocateCommonBuffer(64, new() { Name = "status" });
        Span<byte> kept = status.Span(0, 64);
        status.Dispose();
        kept[8] = 1;
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        CommonBuffer status = bench.Dma.AllocateCommonBuffer(64, new() { Name = "status" });
        Span<byte> kept = status.Span(0, 64);
        kept[8] = 1;
        status.Dispose();
        return Task.CompletedTask;
    }
}
