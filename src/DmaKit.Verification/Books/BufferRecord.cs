using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>What is known of a common buffer, alive or freed of late.</summary>
internal sealed record BufferRecord(CommonBuffer Buffer, CallSite Origin, VerifiedMemory? Memory, MemoryRun Run)
{
    public string Name => Buffer.Name;

    public LogicalRange Range { get; } = Buffer.Range;

    public string Device { get; } = Buffer.Adapter.Function.Info.Address;

    /// <summary>What lies between its end and that of its last page; empty where its memory is not known.</summary>
    public Span<byte> Tail => Run.Length == 0 ? [] : HostMemory.Span(Run.Host + (nint)Range.Length, (int)(Run.Length - Range.Length));

    /// <summary>
    /// Some of its bytes, as far as it reaches and 2 GiB less one at most; none where its memory is not known. Unlike the buffer's own members it
    /// refuses nothing, so that it can be asked while the buffer is being disposed.
    /// </summary>
    public Span<byte> At(LogicalAddress start, long length)
    {
        long offset = start - Range.Start;
        long reach = Math.Min(Math.Min(length, Range.Length - offset), int.MaxValue);
        return Run.Length == 0 || reach <= 0 ? [] : HostMemory.Span(Run.Host + (nint)offset, (int)reach);
    }

    /// <summary>Where it was freed; none while it lives.</summary>
    public CallSite FreedAt { get; set; } = CallSite.None;
}
