using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

/// <summary>The oracle on an edu device, with a driver that does it right and its twins that do not.</summary>
public sealed class ReuseOracleTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_buffer_that_is_kept_until_the_device_is_done_is_no_violation(bool iommu)
    {
        await using EmulatedPlatform machine = NewMachine(iommu);
        var oracle = new ReuseOracle(machine);
        machine.Run(() => TransferAsync(machine, oracle, liesAboutQuiet: false));
        Assert.Equal(0, oracle.Reused);
        Assert.True(oracle.Told > 0 && oracle.Judged > 0);
    }

    [Fact]
    public async Task CB7_A_buffer_that_is_declared_quiet_too_early_is_a_violation()
    {
        await using EmulatedPlatform machine = NewMachine(iommu: false);
        var oracle = new ReuseOracle(machine);
        machine.Run(() => TransferAsync(machine, oracle, liesAboutQuiet: true));
        Assert.True(oracle.Reused > 0);
        Assert.Contains(oracle.Violations, v => v.Contains("was handed out while", StringComparison.Ordinal));
        Assert.Contains(oracle.Violations, v => v.Contains("somebody else got", StringComparison.Ordinal));
    }

    /// <summary>No frame is in danger there when it is handed out; but the logical range is used again, and leads the device to the next buffer.</summary>
    [Fact]
    public async Task CB7_Behind_an_IOMMU_it_is_one_too_because_the_logical_range_is_used_again()
    {
        await using EmulatedPlatform machine = NewMachine(iommu: true);
        var oracle = new ReuseOracle(machine);
        machine.Run(() => TransferAsync(machine, oracle, liesAboutQuiet: true));
        Assert.Contains("somebody else got", Assert.Single(oracle.Violations), StringComparison.Ordinal);
    }

    private static EmulatedPlatform NewMachine(bool iommu) => new(new() { MemoryBytes = 16 << 20, Stepped = true, Iommu = iommu });

    /// <summary>Lets edu write into a buffer, and gives the buffer back: after the device is done, or before.</summary>
    private static async Task TransferAsync(EmulatedPlatform machine, ReuseOracle oracle, bool liesAboutQuiet)
    {
        await using PciFunction card = await machine.OpenAsync(oracle.Add(new EduDevice(), new EduToldReader()));
        card.BusMaster = true;
        await using DmaAdapter adapter = card.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        RegisterWindow registers = card.MapBar(0);
        CommonBuffer buffer = adapter.AllocateCommonBuffer(4096);
        registers.Write32(0x80, 0x40000);
        registers.Write32(0x88, buffer.LogicalAddress.Low32);
        registers.Write32(0x90, 256);
        registers.Write32(0x98, 0x1 | 0x2 | 0x4);
        if (!liesAboutQuiet) await Task.Delay(TimeSpan.FromSeconds(1), machine.Clock);
        if (!liesAboutQuiet) registers.Write32(0x64, 0x100);
        adapter.DeclareQuiet();
        buffer.Dispose();
        using CommonBuffer other = adapter.AllocateCommonBuffer(4096);
        await Task.Delay(TimeSpan.FromSeconds(1), machine.Clock);
        registers.Write32(0x64, 0x100);
        adapter.DeclareQuiet();
    }
}
