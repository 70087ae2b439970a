using System.Buffers;
using System.IO.Pipelines;

namespace DmaKit.Tests;

/// <summary>Awaited writing and reading, and the adapters upon it.</summary>
public sealed class CyclicWaitingTests
{
    private static CyclicTransferOptions Options { get; } = new() { FrameBytes = 4, Rate = RingDevice.Rate, PeriodBytes = 40, RingBytes = 400 };

    private static CyclicTransferOptions Capture { get; } = Options with { Direction = DmaDirection.FromDevice };

    [Fact]
    public void S3_A_write_waits_for_room()
    {
        RingDevice device = Running(Options, 400);
        byte[] data = RingDevice.Data(400, 2000);
        ValueTask<int> writing = device.Transfer.WriteAsync(data);
        for (int i = 0; i < 60; i++)
        {
            Assert.Equal(i >= 50, writing.IsCompleted);
            device.Move(40);
            device.Report();
            device.Pump.RunUntilIdle();
        }

        Assert.Equal(2000, writing.Take());
        Assert.All(device.Played.Where(p => p.Position < 2400), p => Assert.Equal(RingDevice.Of(p.Position), p.Value));
        Assert.Equal(2400, device.Transfer.Statistics.DataBytes);
    }

    [Fact]
    public void S4_A_stop_ends_a_wait()
    {
        RingDevice device = Running(Options, 400);
        ValueTask<int> writing = device.Transfer.WriteAsync(RingDevice.Data(400, 400));
        device.Move(100);
        device.Report();
        device.Pump.RunUntilIdle();
        device.Transfer.Stop();
        device.Pump.RunUntilIdle();
        Assert.Equal(100, writing.Take());
        Assert.Equal((500, 400), (device.Transfer.Position, device.Transfer.Statistics.DroppedBytes));
    }

    [Fact]
    public void S7_A_read_waits_for_a_period()
    {
        RingDevice device = Running(Capture, 0);
        var data = new byte[200];
        ValueTask<CyclicRead> reading = device.Transfer.ReadAsync(data);
        device.Move(36);
        device.Report();
        device.Pump.RunUntilIdle();
        Assert.False(reading.IsCompleted);
        device.Move(8);
        device.Report();
        device.Pump.RunUntilIdle();
        Assert.Equal(new CyclicRead(0, 44, 0), reading.Take());
        reading = device.Transfer.ReadAsync(data);
        device.Transfer.Stop();
        device.Pump.RunUntilIdle();
        Assert.Equal(0, reading.Take().Length);
    }

    [Fact]
    public void S3_A_wait_can_be_given_up_and_the_next_one_works()
    {
        RingDevice device = Running(Options, 400);
        for (int i = 0; i < 3; i++)
        {
            using var source = new CancellationTokenSource();
            ValueTask<bool> wait = device.Transfer.WaitAsync(40, source.Token);
            Assert.Throws<DmaMisuseException>(() => { _ = device.Transfer.WaitAsync(40); });
            source.Cancel();
            device.Pump.RunUntilIdle();
            Assert.Equal(source.Token, Assert.Throws<OperationCanceledException>(() => wait.Take()).CancellationToken);
        }

        ValueTask<bool> last = device.Transfer.WaitAsync(40);
        device.Move(80);
        device.Report();
        device.Pump.RunUntilIdle();
        Assert.True(last.Take());
        Assert.Contains("legal: 1 to 400", Assert.Throws<ArgumentOutOfRangeException>(() => { _ = device.Transfer.WaitAsync(401); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void T2_Waiting_is_forbidden_in_callback_context()
    {
        RingDevice device = Running(Options, 0);
        using CallbackContext context = CallbackContext.Enter();
        Assert.Contains("Space or Available", Assert.Throws<DmaMisuseException>(() => { _ = device.Transfer.WaitAsync(4); }).Message, StringComparison.Ordinal);
        Assert.Contains("call Stop", Assert.IsType<DmaMisuseException>(device.Transfer.DrainAsync().AsTask().Exception!.InnerException).Message, StringComparison.Ordinal);
        device.Move(40);
        device.Report();
        device.Transfer.Poll();
        device.Transfer.Stop();
    }

    [Fact]
    public void S3_A_buffer_writer_appends_whole_frames()
    {
        var device = new RingDevice(Options);
        device.Transfer.Prepare();
        var writer = new CyclicBufferWriter(device.Transfer);
        byte[] data = RingDevice.Data(0, 400);
        for (int at = 0, part = 1; at < 400; at += part, part = Math.Min(part % 17 + 3, 400 - at))
        {
            if (part == 0) break;
            data.AsSpan(at, part).CopyTo(writer.GetSpan(part * 100));
            writer.Advance(part);
        }

        Assert.Equal(400, device.Transfer.End);
        Assert.Equal(data, device.Ring.ToArray());
        writer.Write<byte>([1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal(8, writer.Refused);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(1 << 20));
    }

    [Fact]
    public void S3_A_stream_keeps_frames_whole()
    {
        RingDevice device = Running(Options, 0);
        for (int i = 0; i < 20; i++)
        {
            device.Move(40);
            device.Report();
        }

        using var stream = new CyclicStream(device.Transfer);
        Assert.Equal((true, false, false), (stream.CanWrite, stream.CanRead, stream.CanSeek));
        long start = device.Transfer.SafeWritePosition(TimeSpan.Zero);
        byte[] data = RingDevice.Data(start, 160);
        for (int at = 0, part = 1; at < 160; at += part, part = Math.Min(part % 7 + 2, 160 - at))
        {
            if (part == 0) break;
            stream.Write(data, at, part);
        }

        device.Move((int)(start + 160 - device.Truth));
        Assert.Equal(data, device.Played.TakeLast(160).Select(p => p.Value));
        device.Transfer.Stop();
        Assert.Throws<IOException>(() => stream.Write(data, 0, 40));
    }

    [Fact]
    public void S7_A_stream_reads_in_pieces_of_any_size()
    {
        RingDevice device = Running(Capture, 0);
        var stream = new CyclicStream(device.Transfer);
        device.Move(200);
        device.Transfer.Stop();
        var got = new List<byte>();
        for (int size = 1; ; size = size % 9 + 1)
        {
            var piece = new byte[size];
            ValueTask<int> reading = stream.ReadAsync(piece);
            device.Pump.RunUntilIdle();
            int read = reading.Take();
            if (read == 0) break;
            got.AddRange(piece[..read]);
        }

        Assert.Equal(RingDevice.Data(0, 200), got);
        Assert.Equal(0, stream.Lost);
    }

    [Fact]
    public void S3_A_pipe_feels_the_rings_pace()
    {
        RingDevice device = Running(Options, 400);
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        byte[] data = RingDevice.Data(400, 1602);
        pipe.Writer.Write(data);
        pipe.Writer.FlushAsync().Take();
        pipe.Writer.Complete();
        Task<long> playing = device.Transfer.WriteFromAsync(pipe.Reader).AsTask();
        for (int i = 0; i < 45; i++)
        {
            device.Move(40);
            device.Report();
            device.Pump.RunUntilIdle();
        }

        Assert.Equal(1600, playing.Take());
        Assert.All(device.Played.Where(p => p.Position < 1800), p => Assert.Equal(RingDevice.Of(p.Position), p.Value));
    }

    [Fact]
    public void S3_Nothing_is_allocated_in_the_steady_state()
    {
        RingDevice device = Running(Options with { RingBytes = 4000 }, 4000);
        device.Played.Capacity = 4_000_000;
        byte[] data = RingDevice.Data(0, 4000);
        using var source = new CancellationTokenSource();
        Assert.Equal(0, AllocatedBytes.Of(() =>
        {
            device.Transfer.WriteAt(device.Transfer.End, data.AsSpan(0, 40));
            device.Transfer.CommitWrite(device.Transfer.AcquireWrite(40).Length);
            _ = device.Transfer.Statistics;
            device.Move(40);
            device.Report();
        }));
        long allocated = AllocatedBytes.Of(() =>
        {
            ValueTask<int> writing = device.Transfer.WriteAsync(data.AsMemory(0, 400), source.Token);
            while (!writing.IsCompleted)
            {
                device.Move(40);
                device.Report();
                device.Pump.RunUntilIdle();
            }

            writing.Take();
        });
        Assert.Equal(0, allocated);

        RingDevice recorder = Running(Capture, 0);
        recorder.Played.Capacity = 4_000_000;
        Assert.Equal(0, AllocatedBytes.Of(() =>
        {
            ValueTask<CyclicRead> reading = recorder.Transfer.ReadAsync(data, source.Token);
            recorder.Move(80);
            recorder.Report();
            recorder.Pump.RunUntilIdle();
            reading.Take();
        }));
    }

    [Fact]
    public void S3_The_measuring_sees_a_task_per_write()
    {
        RingDevice device = Running(Options, 0);
        device.Played.Capacity = 1_000_000;
        byte[] data = RingDevice.Data(0, 40);
        Assert.NotEqual(0, AllocatedBytes.Of(() =>
        {
            Task<int> writing = device.Transfer.WriteAsync(data).AsTask();
            device.Move(40);
            device.Report();
            device.Pump.RunUntilIdle();
            Assert.True(writing.IsCompletedSuccessfully);
        }));
    }

    private static RingDevice Running(CyclicTransferOptions options, int queued)
    {
        var device = new RingDevice(options);
        device.Transfer.Prepare();
        if (queued > 0) device.Transfer.Append(RingDevice.Data(0, queued));
        device.Transfer.Start();
        return device;
    }
}
