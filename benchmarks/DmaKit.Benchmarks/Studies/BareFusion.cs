using System.Diagnostics;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>
/// The least that a program can do to read a disk through a Fusion MPT adapter: requests that were written once, a register write that posts one, a look
/// at the last bytes of its data, and the register read that takes its reply out of the queue. No mapping, no interrupts, no checks.
/// </summary>
/// <remarks>The layout of the request is that of MPI 1.5, SCSI IO; the adapter has been brought up by the driver, and its interrupts are masked.</remarks>
internal sealed class BareFusion : IDisposable
{
    private const int FrameBytes = 128;
    private const long RequestQueue = 0x40;
    private const long ReplyQueue = 0x44;
    private const long InterruptMask = 0x34;
    private const uint NoReply = uint.MaxValue;
    private const ulong Untouched = 0x5AA5_F00F_1234_8765;

    private readonly RegisterWindow _registers;
    private readonly CommonBuffer _frames;
    private readonly CommonBuffer _data;

    public BareFusion(PciFunction function, DmaAdapter adapter)
    {
        _registers = function.MapBar(1);
        _frames = adapter.AllocateCommonBuffer(DiskPath.Depth * FrameBytes);
        _data = adapter.AllocateCommonBuffer(DiskPath.Depth * DiskPath.Bytes);
        for (int i = 0; i < DiskPath.Depth; i++)
        {
            Span<byte> frame = _frames.Span(i * FrameBytes, FrameBytes);
            const byte cdbLength = 10, read10 = 0x28;
            const uint controlRead = 0x0200_0000, lastSimpleElement = 0xD1u << 24;
            frame[4] = cdbLength;
            BitConverter.TryWriteBytes(frame[8..], i);
            BitConverter.TryWriteBytes(frame[20..], controlRead);
            frame[24] = read10;
            frame[24 + 5] = (byte)(i * (DiskPath.Bytes / 512));
            frame[24 + 8] = DiskPath.Bytes / 512;
            BitConverter.TryWriteBytes(frame[40..], DiskPath.Bytes);
            BitConverter.TryWriteBytes(frame[48..], lastSimpleElement | DiskPath.Bytes);
            BitConverter.TryWriteBytes(frame[52..], _data.LogicalAt(i * DiskPath.Bytes).Low32);
        }

    }

    /// <summary>Reads until the time is over.</summary>
    /// <returns>Commands a second.</returns>
    public double Run(TimeSpan time)
    {
        // The adapter's interrupts are the driver's.
        uint mask = _registers.Read32(InterruptMask);
        _registers.Write32(InterruptMask, uint.MaxValue);
        long done = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < DiskPath.Depth; i++) Post(i);
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            for (int i = 0; i < DiskPath.Depth; i++, done++)
            {
                Await(i);
                Post(i);
            }
        }

        for (int i = 0; i < DiskPath.Depth; i++, done++) Await(i);
        double perSecond = done / Stopwatch.GetElapsedTime(start).TotalSeconds;
        _registers.Write32(InterruptMask, mask);
        return perSecond;
    }

    public void Dispose()
    {
        _data.DeclareQuiet();
        _data.Dispose();
        _frames.DeclareQuiet();
        _frames.Dispose();
    }

    private void Post(int i)
    {
        _data.Write(LastOf(i), Untouched);
        _registers.Write32(RequestQueue, _frames.LogicalAt(i * FrameBytes).Low32);
    }

    private void Await(int i)
    {
        while (_data.Read<ulong>(LastOf(i)) == Untouched) Thread.SpinWait(20);
        if (_registers.Read32(ReplyQueue) is var reply && reply != NoReply && reply >= DiskPath.Depth)
            throw new InvalidOperationException($"The adapter answered 0x{reply:X8}: the request is wrong.");
    }

    private static long LastOf(int i) => ((i + 1L) * DiskPath.Bytes) - sizeof(ulong);
}
