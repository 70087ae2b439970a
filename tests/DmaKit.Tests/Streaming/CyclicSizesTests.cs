namespace DmaKit.Tests;

/// <summary>S1: what is asked for, and what there is.</summary>
public sealed class CyclicSizesTests
{
    [Theory]
    [InlineData(4, 1, 0, 0, 0, 1764, 35280)]
    [InlineData(4, 1, 1000, 4000, 0, 1000, 4000)]
    [InlineData(6, 4, 1000, 4000, 0, 1008, 4032)]
    [InlineData(4, 1, 1002, 1, 0, 1004, 2008)]
    [InlineData(4, 4, 1000, 1 << 20, 10_000, 1000, 10_000)]
    [InlineData(4, 4, 900, 1 << 20, 10_000, 900, 9900)]
    [InlineData(4, 4, 8000, 1 << 20, 10_000, 5000, 10_000)]
    [InlineData(3, 2, 7, 20, 0, 12, 24)]
    public void S1_The_ring_is_a_multiple_of_frame_and_period(int frame, int granularity, int period, long ring, long most, int gotPeriod, long gotRing)
    {
        var device = new RingDevice(new() { FrameBytes = frame, Granularity = granularity, PeriodBytes = period, RingBytes = ring, MaximumRingBytes = most });
        CyclicTransfer transfer = device.Transfer;
        Assert.Equal((gotPeriod, gotRing), (transfer.PeriodBytes, transfer.RingBytes));
        Assert.Equal(0, transfer.RingBytes % transfer.PeriodBytes);
        Assert.Equal(0, transfer.PeriodBytes % frame);
        Assert.True(transfer.Periods >= 2);
        if (ring > 0) Assert.Equal(ring, transfer.RequestedBytes);
    }

    [Fact]
    public void S1_A_ring_is_as_large_as_memory_allows()
    {
        // Sixteen pages: what can be had is no multiple of the period, so a little less is taken.
        var device = new RingDevice(new() { FrameBytes = 4, PeriodBytes = 12_000, RingBytes = 1 << 20 }, pages: 16);
        Assert.Equal(60_000, device.Transfer.RingBytes);
        Assert.Equal(1 << 20, device.Transfer.RequestedBytes);
        DmaResourceException error = Assert.Throws<DmaResourceException>(() => new RingDevice(new() { PeriodBytes = 40_000, RingBytes = 1 << 20 }, pages: 16));
        Assert.Equal(65_536, error.LargestAvailable);
    }

    [Fact]
    public void S1_A_ring_too_small_for_two_frames_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new RingDevice(new() { FrameBytes = 64, MaximumRingBytes = 100 }));
        Assert.Contains("no room for two periods of 64 bytes", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentOutOfRangeException>(() => new CyclicTransferOptions { FrameBytes = 0 });
        Assert.Contains("FrameBytes is 0; legal: 1 to 65,536 bytes", error.Message, StringComparison.Ordinal);
    }
}
