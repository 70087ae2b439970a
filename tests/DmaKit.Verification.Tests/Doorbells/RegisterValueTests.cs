namespace DmaKit.Verification.Tests.Doorbells;

/// <summary>What is written to registers is taken for an address only where that is certain enough.</summary>
public sealed class RegisterValueTests
{
    private const long Control = 0x70, Address = 0x80, AddressHigh = 0x84;

    [Fact]
    public async Task Numbers_and_flags_are_no_addresses()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions { Iommu = true });
        for (int i = 0; i < 40; i++)
        {
            using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(65536);
        }

        for (int bit = 0; bit < 32; bit++)
        {
            bench.Registers.Write32(Control, 1u << bit);
            bench.Registers.Write32(Control, ~(1u << bit));
            bench.Registers.Write32(Control, 3u << bit);
            bench.Registers.Write32(Control, 0x0300_0700u >> bit);
        }

        Assert.Empty(bench.Verifier.Reports);
    }

    [Fact]
    public async Task In_a_register_that_takes_addresses_a_place_inside_a_freed_buffer_is_one()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions { Iommu = true });
        CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "ring" });
        LogicalAddress inside = ring.LogicalAt(128);
        bench.Registers.Write32(Address, inside.Low32);
        ring.Dispose();
        bench.Registers.Write32(Control, inside.Low32);
        Assert.Empty(bench.Verifier.Reports);
        bench.Registers.Write32(Address, inside.Low32);
        VerifierReport report = Assert.Single(bench.Verifier.Reports);
        Assert.Equal(("DMK5003", "ring"), (report.Rule.Id, report.Owner));
        Assert.Contains("byte 128 of 'ring'", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Past_the_end_of_a_buffer_is_told_and_its_very_end_is_a_limit()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions { Iommu = true });
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "ring" });
        bench.Registers.Write32(Address, ring.LogicalAt(4080).Low32);
        bench.Registers.Write32(Control, (ring.LogicalAddress + 4096).Low32);
        Assert.Empty(bench.Verifier.Reports);
        bench.Registers.Write32(Address, (ring.LogicalAddress + 4112).Low32);
        Assert.Contains("16 bytes past the end of 'ring'", Assert.Single(bench.Verifier.Reports).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pointer_in_two_halves_is_a_pointer()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "ring" });
        Assert.True(Native.HostMemory.TryGetHost(ring.Memory(16, 16), out nint host, out _));
        bench.Registers.Write32(Address, (uint)host);
        Assert.Empty(bench.Verifier.Reports);
        bench.Registers.Write32(AddressHigh, (uint)((ulong)host >> 32));
        VerifierReport report = Assert.Single(bench.Verifier.Reports);
        Assert.Equal("DMK5004", report.Rule.Id);
        Assert.Contains($"byte 16 of 'ring' in this process; to the device it is at {ring.LogicalAt(16)}", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mastering_that_is_switched_on_before_the_start_is_early_enough()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions { BusMaster = false, Iommu = true });
        using CommonBuffer ring = bench.Dma.AllocateCommonBuffer(4096, new() { Name = "ring" });
        bench.EduAim(ring.LogicalAddress, 64);
        bench.Function.BusMaster = true;
        bench.EduGo();
        await bench.Dma.DisposeAsync();
        Assert.DoesNotContain(bench.Verifier.Reports, r => r.Rule.Id == "DMK5005");
    }
}
