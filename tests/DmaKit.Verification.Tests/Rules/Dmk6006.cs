namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6006 : RuleTest
{
    protected override string Id => "DMK6006";

    private protected override Task Buggy(RuleBench bench)
    {
        RegisterLease kept = bench.Dma.ReserveRegisters(2, "log writer");
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.ToDevice, new MappingOptions { Lease = kept }, out DmaMapping entry));
        kept.Dispose();
        bench.EduReads(entry.Elements[0].Address, 512);
        entry.Complete(512);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        RegisterLease kept = bench.Dma.ReserveRegisters(2, "log writer");
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.ToDevice, new MappingOptions { Lease = kept }, out DmaMapping entry));
        bench.EduReads(entry.Elements[0].Address, 512);
        entry.Complete(512);
        kept.Dispose();
        return Task.CompletedTask;
    }
}
