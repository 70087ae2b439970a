using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>What benchmarks/peers/ring.c keeps of a queue pair: the device's part, and the driver's where that is in C too.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct QueuePair
{
    [FieldOffset(0)]
    public nint Submissions;

    [FieldOffset(8)]
    public nint Completions;

    [FieldOffset(16)]
    public nint Doorbell;

    [FieldOffset(24)]
    public uint DeviceHead;

    [FieldOffset(28)]
    public uint DeviceTail;

    /// <summary>1 in the first lap.</summary>
    [FieldOffset(32)]
    public uint DevicePhase;

    /// <summary>The driver in C keeps head, tail, how many are in flight, and where it reads.</summary>
    [FieldOffset(128)]
    public ulong HeadAndTail;

    [FieldOffset(136)]
    public ulong InFlightAndRead;

    /// <summary>The phase that the driver in C waits for: 1 in the first lap.</summary>
    [FieldOffset(144)]
    public uint Phase;

    [FieldOffset(152)]
    public ulong Sent;
}
