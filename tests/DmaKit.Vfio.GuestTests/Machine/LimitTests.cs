using System.Globalization;
using DmaKit.Drivers;
using DmaKit.Drivers.Tests;
using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>The kernel's limits of what may be mapped, reached: which one it was, how much was asked, and how it is raised.</summary>
public sealed class LimitTests
{
    private const string MappingsLimit = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";

    [Fact]
    public async Task E1_The_limit_of_mappings_is_told()
    {
        Assert.SkipUnless(File.Exists(MappingsLimit), "This kernel's VFIO has no limit that can be set.");
        string usual = (await File.ReadAllTextAsync(MappingsLimit)).Trim();
        await File.WriteAllTextAsync(MappingsLimit, 20.ToString(CultureInfo.InvariantCulture));
        try
        {
            await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
            await using PciFunction function = await platform.OpenAsync(Guest.Edu);
            await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
            var held = new List<CommonBuffer>();
            while (held.Count < 40 && dma.TryAllocateCommonBuffer(4096, null, out CommonBuffer? buffer)) held.Add(buffer);
            if (Guest.BackEnd == VfioBackEnd.Iommufd)
            {
                // It has no such limit.
                Assert.Equal(40, held.Count);
                foreach (CommonBuffer buffer in held) buffer.Dispose();
                return;
            }

            Assert.Equal(20, held.Count);
            DmaResourceException error = Assert.Throws<DmaResourceException>(() => dma.AllocateCommonBuffer(4096));
            Assert.Contains("dma_entry_limit", error.Message, StringComparison.Ordinal);
            Assert.Equal((4096L, 0L), (error.Requested, error.LargestAvailable));
            held[0].Dispose();
            dma.AllocateCommonBuffer(4096).Dispose();
            foreach (CommonBuffer buffer in held) buffer.Dispose();
        }
        finally
        {
            await File.WriteAllTextAsync(MappingsLimit, usual);
        }
    }

    [Fact]
    public async Task E1_The_limit_of_locked_memory_is_told()
    {
        long limit = Guest.RequireLimit().Limit!.Value;
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using PciFunction function = await platform.OpenAsync(Guest.Edu);
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        DmaResourceException error = Assert.Throws<DmaResourceException>(() => dma.AllocateCommonBuffer(limit + 4096));
        Assert.Contains($"may lock {limit} bytes (RLIMIT_MEMLOCK)", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.LargestAvailable, 4096, limit);
        using CommonBuffer buffer = dma.AllocateCommonBufferUpTo(limit, 4096);
        Assert.Equal(error.LargestAvailable, buffer.Length);
    }

    /// <summary>Not only this test: all that run beside it do so as nobody.</summary>
    [Fact]
    public async Task Port_A_process_without_any_right_but_to_the_groups_files_drives_devices()
    {
        Guest.RequireLimit();
        string status = await File.ReadAllTextAsync("/proc/self/status");
        Assert.Matches("(?m)^Uid:\\t65534\\t65534\\t65534\\t65534$", status);
        Assert.Matches("(?m)^CapEff:\\t0000000000000000$", status);
        await using VfioPlatform platform = Guest.Start(new(), Guest.Disks);
        await using PciFunction function = await platform.OpenAsync(Guest.Disks);
        await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function);
        ScsiDisk disk = await driver.OpenDiskAsync(1);
        byte[] written = Pattern.Bytes(4096, 3);
        await disk.WriteAsync(8192, written);
        var read = new byte[4096];
        await disk.ReadAsync(8192, read);
        Assert.Equal(written, read);
    }
}
