using DmaKit.Native;

namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk5004 : RuleTest
{
    protected override string Id => "DMK5004";

    private protected override Task Buggy(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "reply ring" });
        Assert.True(HostMemory.TryGetHost(ring.Memory(0, 4096), out nint start, out _));
        bench.EduAim(new LogicalAddress((ulong)start), 64);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "reply ring" });
        bench.EduAim(ring.LogicalAddress, 64);
        return Task.CompletedTask;
    }
}
