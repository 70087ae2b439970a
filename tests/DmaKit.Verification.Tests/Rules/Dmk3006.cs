using DmaKit.Platforms;

namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk3006 : RuleTest
{
    protected override string Id => "DMK3006";

    private protected override RuleOptions Options => new() { Iommu = true };

    private protected override async Task Buggy(RuleBench bench)
    {
        string place = bench.Machine.AddEdu();
        await using PciFunction second = await bench.Machine.OpenAsync(place);
        await using DmaAdapter other = second.CreateAdapter(new() { AddressBits = 28 });
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        DmaRequest copy = other.Domain.CreateRequest("copy between cards");
        using Command<RequestFrame, int> read = await pool.RentAsync(copy);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        string place = bench.Machine.AddEdu();
        await using PciFunction second = await bench.Machine.OpenAsync(place);
        await using DmaAdapter other = second.CreateAdapter(new() { AddressBits = 28 });
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        DmaRequest copy = bench.Dma.Domain.CreateRequest("copy between cards");
        using Command<RequestFrame, int> read = await pool.RentAsync(copy);
    }
}
