namespace DmaKit.Tests;

/// <summary>S7: capture, reading in time and too late.</summary>
public sealed class CyclicCaptureTests
{
    private static CyclicTransferOptions Options { get; } = new()
    {
        Direction = DmaDirection.FromDevice,
        FrameBytes = 4,
        Rate = RingDevice.Rate,
        PeriodBytes = 40,
        RingBytes = 400,
    };

    [Fact]
    public void S7_What_was_captured_is_read_in_order()
    {
        RingDevice device = Running();
        var data = new byte[40];
        for (int i = 0; i < 100; i++)
        {
            device.Move(40);
            CyclicRead read = device.Transfer.Read(data);
            Assert.Equal(new CyclicRead(40L * i, 40, 0), read);
            Assert.Equal(RingDevice.Data(read.Position, 40), data);
        }

        Assert.Equal((4000, 0, 0), (device.Transfer.Statistics.ReadBytes, device.Transfer.Statistics.Overruns, device.Transfer.Statistics.OverrunBytes));
    }

    [Theory]
    [InlineData(440)]
    [InlineData(1000)]
    [InlineData(4012)]
    public void S7_The_oldest_is_lost_and_the_numbers_go_on(int bytes)
    {
        RingDevice device = Running();
        var data = new byte[400];
        for (int i = 0; i < 50; i++)
        {
            device.Move(40);
            device.Transfer.Read(data);
        }

        device.Move(bytes);
        CyclicRead read = device.Transfer.Read(data);
        CyclicStatistics counted = device.Transfer.Statistics;
        Assert.Equal(read.Position, 2000 + read.Lost);
        Assert.True(read.Lost >= bytes - 400 && read.Lost <= bytes - 400 + 40, $"{read.Lost} bytes were lost of {bytes} in a ring of 400.");
        Assert.Equal(RingDevice.Data(read.Position, read.Length), data[..read.Length]);
        Assert.Equal(device.Truth, read.Position + read.Length);
        Assert.Equal(read.Lost, counted.OverrunBytes);
        Assert.Equal(device.Truth, counted.ReadBytes + counted.OverrunBytes);
        Assert.InRange(counted.Overruns, 1, 2);
    }

    [Fact]
    public void S7_What_is_overwritten_during_the_copy_is_lost_too()
    {
        RingDevice device = Running();
        device.Move(360);
        device.Report();
        CyclicSpans place = device.Transfer.AcquireRead(360, out long lost);
        Assert.Equal((0, 0, 360), (lost, place.Position, place.Length));
        device.Move(100);
        int torn = device.Transfer.CommitRead(360);
        Assert.True(torn is >= 60 and < 120, $"{torn} bytes were torn");
        CyclicStatistics counted = device.Transfer.Statistics;
        Assert.Equal((torn, 360 - torn), (counted.OverrunBytes, counted.ReadBytes));
        Assert.Equal(360, device.Transfer.ReadPosition);
    }

    [Fact]
    public void S7_A_read_is_whole_when_the_device_moves_meanwhile()
    {
        RingDevice device = Running();
        var data = new byte[400];
        device.MoveAtPoll = () => 24;
        long next = 0;
        for (int i = 0; i < 200; i++)
        {
            device.Move(i % 20 == 0 ? 500 : 300);
            CyclicRead read = device.Transfer.Read(data);
            Assert.Equal(next + read.Lost, read.Position);
            Assert.Equal(RingDevice.Data(read.Position, read.Length), data[..read.Length]);
            next = read.Position + read.Length;
        }

        CyclicStatistics counted = device.Transfer.Statistics;
        Assert.True(counted.Overruns >= 10);
        Assert.Equal(device.Transfer.Position, counted.ReadBytes + counted.OverrunBytes + device.Transfer.Available);
    }

    [Fact]
    public void S7_What_was_captured_can_be_read_after_a_stop()
    {
        RingDevice device = Running();
        device.Move(100);
        device.Transfer.Stop();
        Assert.Equal(100, device.Transfer.Available);
        var data = new byte[200];
        Assert.Equal(new CyclicRead(0, 100, 0), device.Transfer.Read(data));
        Assert.Equal(0, device.Transfer.Read(data).Length);
        device.Transfer.Start();
        device.Move(40);
        Assert.Equal(new CyclicRead(100, 40, 0), device.Transfer.Read(data));
        Assert.Equal(RingDevice.Data(100, 40), data[..40]);
    }

    private static RingDevice Running()
    {
        var device = new RingDevice(Options);
        device.Transfer.Start();
        return device;
    }
}
