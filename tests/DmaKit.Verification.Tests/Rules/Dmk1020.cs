namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1020 : RuleTest
{
    protected override string Id => "DMK1020";

    private protected override RuleOptions Options => new() { Verifier = new() { Advice = true } };

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(256 * 4096, new() { Name = "rx ring" });
        for (int i = 0; i < 256; i++) ring.Write(i * 16, (ulong)i);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(256 * 16, new() { Name = "rx ring" });
        for (int i = 0; i < 256; i++) ring.Write(i * 16, (ulong)i);
        return Task.CompletedTask;
    }
}
