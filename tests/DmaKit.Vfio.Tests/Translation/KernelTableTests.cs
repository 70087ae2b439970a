using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio.Tests;

public sealed class KernelTableTests
{
    [Fact]
    public void Only_pages_that_lie_whole_in_the_kernels_ranges_are_handed_out()
    {
        FrameRun[] runs = KernelTable.WholePages([(0, 0xFEDF_FFFF), (0xFEF0_0000, 0xFFFF_FFFF_FFFF)]);
        Assert.Equal([new FrameRun(0, 0xFEE00), new FrameRun(0xFEF00, 0x10_0000_0000 - 0xFEF00)], runs);
        Assert.Equal(48, KernelTable.BitsOf(runs));
        Assert.Equal([new FrameRun(2, 1)], KernelTable.WholePages([(0x1001, 0x2FFF)]));
        Assert.Equal([new FrameRun(1, 1)], KernelTable.WholePages([(0x1000, 0x2FFE)]));
        Assert.Empty(KernelTable.WholePages([(0x1001, 0x1FFF), (0x2000, 0x2FFE)]));
    }

    [Fact]
    public void The_whole_of_64_bits_is_52_bits_of_pages()
    {
        FrameRun[] runs = KernelTable.WholePages([(0, ulong.MaxValue)]);
        Assert.Equal([new FrameRun(0, 1L << 52)], runs);
        Assert.Equal(64, KernelTable.BitsOf(runs));
    }

    [Fact]
    public void CB2_Common_buffers_come_from_the_kernels_ranges_and_never_from_what_the_bus_keeps()
    {
        // 32 bits with a hole, and a second range that begins in the middle of what the bus keeps for messages.
        var space = new LogicalSpace(KernelTable.WholePages([(0x1000, 0x7FFF), (0xFEE8_0000, 0xFEF0_1FFF)]));
        var taken = new List<long>();
        while (space.TryTake(new FrameRequest(1, 0, long.MaxValue >> 12), out long page)) taken.Add(page);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 0xFEF00, 0xFEF01], taken.Order());
    }

    [Fact]
    public void E1_A_refused_mapping_says_which_limit_how_much_and_what_mends_it()
    {
        var locks = new MemoryLock(8 << 20, 6 << 20);
        Assert.Equal(
            "Memory for devices is locked, and this process may lock 8388608 bytes (RLIMIT_MEMLOCK): 6291456 are, and 4194304 more were asked for. "
            + "Raise it: ulimit -l unlimited, LimitMEMLOCK=infinity in a systemd unit, or a memlock line in /etc/security/limits.conf.",
            KernelTable.Explain(Errno.NoMemory, 4 << 20, 10, locks));
        Assert.Contains("dma_entry_limit=262144", KernelTable.Explain(Errno.NoSpace, 4096, 65_535, locks), StringComparison.Ordinal);
        Assert.Contains("65535 are made", KernelTable.Explain(Errno.NoSpace, 4096, 65_535, locks), StringComparison.Ordinal);
        Assert.Contains("no 4096 bytes left", KernelTable.Explain(Errno.NoMemory, 4096, 1, new MemoryLock(null, 0)), StringComparison.Ordinal);
        Assert.Contains("4096", KernelTable.Explain(Errno.Invalid, 4096, 1, locks), StringComparison.Ordinal);
    }
}
