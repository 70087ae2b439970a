using System.Globalization;
using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>The kernel's limits of what may be mapped, reached: which one it was, how much was asked, and how it is raised.</summary>
public sealed class LimitTests
{
    private const string MappingsLimit = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";
    private const long Lock = 24 << 20;

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
            while (dma.TryAllocateCommonBuffer(4096, null, out CommonBuffer? buffer)) held.Add(buffer);
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

    /// <summary>This process may lock what it likes; so the test runs itself in one that may not.</summary>
    [Fact]
    public async Task E1_The_limit_of_locked_memory_is_told()
    {
        if (MemoryLock.OfThisProcess().Limit is null)
        {
            await Unprivileged.RunAsync("*LimitTests.E1_The_limit_of_locked_memory_is_told", Lock, Guest.Edu);
            return;
        }

        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using PciFunction function = await platform.OpenAsync(Guest.Edu);
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        DmaResourceException error = Assert.Throws<DmaResourceException>(() => dma.AllocateCommonBuffer(Lock + 4096));
        Assert.Contains($"may lock {Lock} bytes (RLIMIT_MEMLOCK)", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.LargestAvailable, 4096, Lock);
        using CommonBuffer buffer = dma.AllocateCommonBufferUpTo(Lock, 4096);
        Assert.Equal(error.LargestAvailable, buffer.Length);
    }

    [Fact]
    public Task Port_A_process_without_rights_but_to_the_groups_file_runs_the_disks_test() =>
        Unprivileged.RunAsync("*FusionMptTests.Two_disks_are_two", 64 << 20, Guest.Disks);
}
