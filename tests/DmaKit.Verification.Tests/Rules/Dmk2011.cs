using DmaKit.Platforms;

namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2011 : RuleTest
{
    protected override string Id => "DMK2011";

    private protected override RuleOptions Options => new() { Iommu = true };

    private protected override async Task Buggy(RuleBench bench)
    {
        await using PciFunction second = await bench.Machine.OpenAsync(bench.Machine.AddEdu());
        await using DmaAdapter other = second.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        using RegisterLease kept = bench.Dma.ReserveRegisters(2, "sense data");
        Assert.True(other.TryMap(new byte[64], DmaDirection.ToDevice, new MappingOptions { Lease = kept }, out DmaMapping sense));
        sense.Complete(64);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using PciFunction second = await bench.Machine.OpenAsync(bench.Machine.AddEdu());
        await using DmaAdapter other = second.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        using RegisterLease kept = other.ReserveRegisters(2, "sense data");
        Assert.True(other.TryMap(new byte[64], DmaDirection.ToDevice, new MappingOptions { Lease = kept }, out DmaMapping sense));
        sense.Complete(64);
    }
}
