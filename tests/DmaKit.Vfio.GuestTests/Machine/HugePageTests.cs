using System.Globalization;
using DmaKit.Drivers.Tests;
using DmaKit.Platforms;
using DmaKit.Testing;

namespace DmaKit.Vfio.GuestTests;

/// <summary>Common buffers of 2 MiB and more behind an IOMMU: in the huge pages that the guest's kernel has set aside, and in ordinary ones when those are used up.</summary>
public sealed class HugePageTests
{
    private const int MiB = 1 << 20, Huge = 2 * MiB, Bytes = 200;

    [Fact]
    public async Task CB1_A_buffer_of_4_MiB_is_two_huge_pages_and_one_mapping_and_the_device_reaches_both()
    {
        long free = FreeOnes();
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        long maps = platform.IommuMaps;
        using CommonBuffer buffer = dma.AllocateCommonBuffer(2 * Huge);
        Assert.Equal((free - 2, 2L, maps + 1), (FreeOnes(), platform.HugePagesTaken, platform.IommuMaps));
        Assert.Equal((0UL, 0L), (buffer.LogicalAddress.Value % Huge, buffer.Host % Huge));
        Assert.Equal((2048L, 2L * Huge >> 10), await KilobytesAsync(buffer.Host));
        Assert.Equal(-1, buffer.Span(0, 2 * Huge).IndexOfAnyExcept((byte)0));

        // Within the second, and from one into the other.
        await MoveAsync(hand, buffer, 3 * MiB + 5, Huge + 4096 + 7, 1);
        await MoveAsync(hand, buffer, Huge - Bytes / 2, 4 * MiB - Bytes, 2);
        await MoveAsync(hand, buffer, 4 * MiB - Bytes, Huge - 50, 3);

        // What the device was told of leaves the IOMMU's table, and with it the pages go back.
        LogicalAddress there = buffer.LogicalAddress + 3 * MiB;
        buffer.Dispose();
        Assert.Equal((free, 0L), (FreeOnes(), platform.HugePagesTaken));
        using CommonBuffer small = dma.AllocateCommonBuffer(4096);
        int refused = FaultTrace.Count(Guest.Edu, there, Bytes, write: true);
        await hand.CopyAsync(small.LogicalAddress, there, Bytes);
        Assert.True(FaultTrace.Count(Guest.Edu, there, Bytes, write: true) > refused, "QEMU's IOMMU refused nothing");
        dma.DeclareQuiet();
    }

    [Fact]
    public async Task CB7_Huge_pages_that_are_taken_again_read_as_zeros_and_closing_gives_back_what_is_held()
    {
        long free = FreeOnes();
        await using (VfioPlatform platform = Guest.Start(new(), Guest.Edu))
        {
            await using PciFunction function = await platform.OpenAsync(Guest.Edu);
            await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
            for (int round = 0; round < 2; round++)
            {
                using CommonBuffer buffer = dma.AllocateCommonBuffer(3 * MiB + 4096);
                Assert.Equal(1, platform.HugePagesTaken);
                Span<byte> bytes = buffer.Span(0, (int)buffer.Length);
                Assert.Equal(-1, bytes.IndexOfAnyExcept((byte)0));
                bytes.Fill(0xFF);
            }

            // A late access is no crash.
            CommonBuffer gone = dma.AllocateCommonBuffer(Huge);
            nint place = gone.Host;
            gone.Span(0, 8).Fill(1);
            gone.Dispose();
            Assert.Equal(0UL, DmaKit.Native.HostMemory.Ref<ulong>(place));
            Assert.Equal(free, FreeOnes());
            _ = dma.AllocateCommonBuffer(2 * Huge);
            Assert.Equal(free - 2, FreeOnes());
        }

        Assert.Equal(free, FreeOnes());
    }

    [Fact]
    public async Task CB6_When_there_are_fewer_the_rest_is_ordinary_pages_and_when_there_are_none_all_is()
    {
        long free = FreeOnes();
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        using CommonBuffer held = dma.AllocateCommonBuffer((free - 1) * Huge);
        Assert.Equal((1L, free - 1), (FreeOnes(), platform.HugePagesTaken));
        long maps = platform.IommuMaps;
        using (CommonBuffer half = dma.AllocateCommonBuffer(2 * Huge))
        {
            Assert.Equal((0L, free, maps + 1), (FreeOnes(), platform.HugePagesTaken, platform.IommuMaps));
            Assert.Equal((2048L, Huge >> 10), await KilobytesAsync(half.Host));
            Assert.Equal((4L, 0L), await KilobytesAsync(half.Host + Huge));
            await MoveAsync(hand, half, Huge - Bytes / 2, 3 * MiB + 1, 4);
            await MoveAsync(hand, half, 3 * MiB + 1, Huge - 50, 5);

            using CommonBuffer ordinary = dma.AllocateCommonBuffer(2 * Huge);
            Assert.Equal((free, maps + 2), (platform.HugePagesTaken, platform.IommuMaps));
            Assert.Equal((4L, 0L), await KilobytesAsync(ordinary.Host));
            Assert.Equal(-1, ordinary.Span(0, 2 * Huge).IndexOfAnyExcept((byte)0));
            await MoveAsync(hand, ordinary, Huge - Bytes / 2, 3 * MiB + 1, 6);
        }

        Assert.Equal(1, FreeOnes());
        dma.DeclareQuiet();
    }

    [Fact]
    public async Task E1_What_may_not_be_locked_is_refused_as_before_and_keeps_no_huge_page()
    {
        long limit = Guest.RequireLimit().Limit!.Value, free = FreeOnes();
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu);
        await using PciFunction function = await platform.OpenAsync(Guest.Edu);
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        DmaResourceException error = Assert.Throws<DmaResourceException>(() => dma.AllocateCommonBuffer(limit + 4096));
        Assert.Contains($"may lock {limit} bytes (RLIMIT_MEMLOCK)", error.Message, StringComparison.Ordinal);
        Assert.Equal((free, 0L), (FreeOnes(), platform.HugePagesTaken));
        using CommonBuffer buffer = dma.AllocateCommonBuffer(Huge);
        Assert.Equal(1, platform.HugePagesTaken);
    }

    private static long FreeOnes()
    {
        Guest.Require();
        return HugePages.OfThisMachine().Free;
    }

    private static async Task MoveAsync(EduHand hand, CommonBuffer buffer, int from, int to, int seed)
    {
        byte[] sent = Pattern.Bytes(Bytes, seed);
        sent.CopyTo(buffer.Span(from, Bytes));
        buffer.Span(to, Bytes).Clear();
        byte before = buffer.Read<byte>(to - 1);
        await hand.CopyAsync(buffer.LogicalAt(from), buffer.LogicalAt(to), Bytes);
        Assert.Equal(sent, buffer.Span(to, Bytes).ToArray());
        Assert.Equal(before, buffer.Read<byte>(to - 1));
    }

    /// <summary>What the kernel says of the mapping of this process that an address lies in: how long a page is, and how much lies in huge ones.</summary>
    private static async Task<(long Page, long Huge)> KilobytesAsync(nint host)
    {
        (long page, long huge) = (0, 0);
        bool inside = false;
        await foreach (string line in File.ReadLinesAsync("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] ends = words[0].Split('-');
            if (ends.Length == 2) inside = Parse(ends[0]) <= (ulong)host && (ulong)host < Parse(ends[1]);
            if (!inside) continue;
            if (words[0] == "KernelPageSize:") page = long.Parse(words[1], CultureInfo.InvariantCulture);
            if (words[0] is "Shared_Hugetlb:" or "Private_Hugetlb:") huge += long.Parse(words[1], CultureInfo.InvariantCulture);
        }

        return (page, huge);
    }

    private static ulong Parse(string hexadecimal) => ulong.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
