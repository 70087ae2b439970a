namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk4001 : RuleTest
{
    protected override string Id => "DMK4001";

    private protected override Task Buggy(RuleBench bench)
    {
        using var ring = DescriptorRing<ulong>.CreateUpTo(bench.Dma, 16, 16, new RingBit(0, 63), name: "tx descriptors");
        Span<ulong> free = ring.Reserve(20);
        for (int i = 0; i < free.Length; i++) free[i] = (ulong)i << 12;
        ring.Commit(20);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using var ring = DescriptorRing<ulong>.CreateUpTo(bench.Dma, 16, 16, new RingBit(0, 63), name: "tx descriptors");
        Span<ulong> free = ring.Reserve(20);
        for (int i = 0; i < free.Length; i++) free[i] = (ulong)i << 12;
        ring.Commit(free.Length);
        return Task.CompletedTask;
    }
}
