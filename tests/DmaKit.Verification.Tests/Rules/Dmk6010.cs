namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6010 : RuleTest
{
    protected override string Id => "DMK6010";

    private protected override RuleOptions Options => new() { MapRegisters = 16 };

    private protected override Task Buggy(RuleBench bench)
    {
        const int longestRequest = 1 << 20;
        using RegisterLease kept = bench.Dma.ReserveRegisters(longestRequest / 4096, "swap");
        Assert.True(kept.Count > 0);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        const int longestRequest = 1 << 15;
        using RegisterLease kept = bench.Dma.ReserveRegisters(longestRequest / 4096, "swap");
        Assert.True(kept.Count > 0);
        return Task.CompletedTask;
    }
}
