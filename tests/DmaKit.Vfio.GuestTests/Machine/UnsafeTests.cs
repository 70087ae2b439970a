using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>Devices without an IOMMU between them and the machine: asked for by name only, and what memory is like there.</summary>
[Trait("only", "unsafe")]
[Trait("also", "uio")]
[Trait("also", "noiommu")]
public sealed class UnsafeTests
{
    private const long Huge = 2 << 20;

    [Fact]
    public async Task E1_What_is_unsafe_is_refused_unless_it_is_asked_for_by_name()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        Assert.Equal(Guest.BackEnd, platform.BackEnd);
        foreach (VfioBackEnd safe in (VfioBackEnd[])[VfioBackEnd.Automatic, VfioBackEnd.Type1, VfioBackEnd.Iommufd])
        {
            DmaException error = Assert.Throws<DmaException>(() => new VfioPlatform(new() { BackEnd = safe, Functions = [Guest.Edu] }));
            Assert.Contains("it reaches all memory, the kernel's and other programs' included", error.Message, StringComparison.Ordinal);
            Assert.Contains($"BackEnd = VfioBackEnd.{Guest.BackEnd} }}", error.Message, StringComparison.Ordinal);
        }

        // Nor is it among what a platform sees that was told no addresses.
        await using var all = new VfioPlatform();
        Assert.DoesNotContain(all.Functions, f => string.Equals(f.Address, Guest.Edu, StringComparison.Ordinal));
        await using var named = new VfioPlatform(new() { BackEnd = Guest.BackEnd });
        Assert.Contains(named.Functions, f => string.Equals(f.Address, Guest.Edu, StringComparison.Ordinal));
    }

    [Fact]
    public async Task CB1_Where_no_IOMMU_translates_logical_addresses_are_those_of_the_pages()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using PciFunction function = await platform.OpenAsync(Guest.Edu);
        Assert.False(function.Domain.Translates);
        await using DmaAdapter dma = function.CreateAdapter(DmaConstraints.None);
        using CommonBuffer buffer = dma.AllocateCommonBuffer(256 << 10);
        using var frames = new PageFrames();
        long[] pages = frames.Of(buffer.Host, 64);
        Assert.Equal([.. Enumerable.Range(0, 64).Select(i => (long)(buffer.LogicalAt(i * 4096).Value >> 12))], pages);
        SystemBuffer system = platform.AllocateSystemBuffer(100_000);
        system.Span(0, 100_000).Fill(0x5A);
        system.Dispose();
        Assert.Empty(platform.Misuse.Reports);
    }

    [Fact]
    public async Task CB6_A_common_buffer_is_at_most_a_huge_page_and_the_error_says_so()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using PciFunction function = await platform.OpenAsync(Guest.Edu);
        await using DmaAdapter dma = function.CreateAdapter(DmaConstraints.None);
        DmaResourceException error = Assert.Throws<DmaResourceException>(() => dma.AllocateCommonBuffer(Huge + 1));
        Assert.Equal((Huge + 1, Huge), (error.Requested, error.LargestAvailable));
        Assert.Contains("sysctl -w vm.nr_hugepages=", error.Message, StringComparison.Ordinal);
        using CommonBuffer most = dma.AllocateCommonBufferUpTo(64 << 20, 4096);
        Assert.Equal(Huge, most.Length);

        // Without huge pages there are single ones yet.
        var held = new List<CommonBuffer>();
        while (dma.TryAllocateCommonBuffer(Huge, null, out CommonBuffer? next)) held.Add(next);
        using (CommonBuffer page = dma.AllocateCommonBuffer(4096)) Assert.Equal(0, page.Read<int>(0));
        foreach (CommonBuffer one in held) one.Dispose();
        using CommonBuffer again = dma.AllocateCommonBuffer(Huge);
        Assert.Equal(-1, again.Span(0, (int)Huge).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task E1_Behind_an_IOMMU_that_translates_physical_addresses_lead_nowhere_and_uio_is_refused()
    {
        if (Guest.BackEnd != VfioBackEnd.UnsafeUio) return;
        await using VfioPlatform platform = Guest.Start(new(), Guest.Translated);
        DmaException error = await Assert.ThrowsAsync<DmaException>(() => platform.OpenAsync(Guest.Translated).AsTask());
        Assert.Contains("is behind an IOMMU that translates", error.Message, StringComparison.Ordinal);
        Assert.Contains($"dmakit bind {Guest.Translated}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C4_A_function_that_was_taken_from_uio_is_lost()
    {
        if (Guest.BackEnd != VfioBackEnd.UnsafeUio) return;
        string driver = $"/sys/bus/pci/drivers/{HostBus.UioDriver}";
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using (PciFunction function = await platform.OpenAsync(Guest.Edu))
        {
            RegisterWindow registers = function.MapBar(0);
            await File.WriteAllTextAsync($"{driver}/unbind", Guest.Edu);
            try
            {
                while (!function.IsLost) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
                Assert.Throws<DeviceLostException>(() => registers.Read32(0));
            }
            finally
            {
                await File.WriteAllTextAsync($"{driver}/bind", Guest.Edu);
            }
        }

        await using VfioPlatform later = Guest.Start(new(), Guest.Edu);
        await using PciFunction again = await later.OpenAsync(Guest.Edu);
        Assert.Equal(0x010000EDu, again.MapBar(0).Read32(0));
    }

    [Fact]
    public async Task Port_A_function_that_another_platform_has_is_refused()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu), other = Guest.Start(new(), Guest.Edu);
        await using PciFunction first = await platform.OpenAsync(Guest.Edu);
        Assert.Contains("in use by another program", (await Assert.ThrowsAsync<DmaException>(() => other.OpenAsync(Guest.Edu).AsTask())).Message, StringComparison.Ordinal);
    }
}
