using System.Buffers.Binary;
using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio.Tests;

public sealed class PageFramesTests
{
    private const ulong Present = 1UL << 63, SoftDirty = 1UL << 55;

    [Fact]
    public void Frames_are_the_lower_55_bits_of_what_is_present() =>
        Assert.Equal([0x12345L, -1L, (1L << 55) - 1], PageFrames.Parse(Entries(Present | SoftDirty | 0x12345, 0x777, Present | ((1UL << 55) - 1))));

    [Fact]
    public void Who_is_told_no_frames_is_told_why()
    {
        DmaException error = Assert.Throws<DmaException>(() => PageFrames.Parse(Entries(Present | SoftDirty)));
        Assert.Contains("CAP_SYS_ADMIN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_that_follow_each_other_are_one_run()
    {
        Assert.Equal([new FrameRun(7, 3), new FrameRun(6, 1), new FrameRun(20, 2)], LockedMemory.Merge([7, 8, 9, 6, 20, 21]));
        Assert.Throws<DmaException>(() => LockedMemory.Merge([7, -1]));
    }

    [Fact]
    public void A_run_gives_frames_within_limits_and_none_once_one_moved()
    {
        var run = new LockedRun(0x10_0000, new FrameRun(100, 8));
        Assert.True(run.TryTake(new FrameRequest(4, 0, MachineMemory.LastFrame, Alignment: 4), out long first));
        Assert.Equal((104L, 0x10_4000), (first, run.HostOf(first)));
        Assert.False(run.TryTake(new FrameRequest(1, 0, 99), out _));
        Assert.Equal(4, run.LargestRun(new FrameRequest(1, 0, MachineMemory.LastFrame)));
        run.Free(first, 4);
        run.Moved = true;
        Assert.False(run.TryTake(new FrameRequest(1, 0, MachineMemory.LastFrame), out _));
    }

    [Fact]
    public void Regions_are_read_from_the_table_of_sysfs()
    {
        const string Table = "0x000000000000c000 0x000000000000c0ff 0x0000000000040101\n0x00000000febd1000 0x00000000febd10ff 0x0000000000040200\n0x0000000000000000 0x0000000000000000 0x0000000000000000\n";
        Assert.Equal((0xC000ul, 256L, 0x40101ul), UioDeviceFile.Resource(Table, 0));
        Assert.Equal((0xFEBD1000ul, 256L, 0x40200ul), UioDeviceFile.Resource(Table, 1));
        Assert.Equal(0, UioDeviceFile.Resource(Table, 2)?.Length);
        Assert.Null(UioDeviceFile.Resource(Table, 3));
    }

    [Fact]
    public void Locked_memory_stays_where_it_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The table is Linux's.");
        using LockedArea? area = LockedArea.TryPlain(64 << 10);
        Assert.NotNull(area);
        Assert.Equal(64 << 10, area.Length);
        area.Retire();
        Assert.Equal(0, DmaKit.Native.HostMemory.Span(area.Host, 4096)[17]);
    }

    private static byte[] Entries(params ulong[] entries)
    {
        var bytes = new byte[entries.Length * 8];
        for (int i = 0; i < entries.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), entries[i]);
        return bytes;
    }
}
