using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>The machine's system buffers: ordinary memory, virtually contiguous over frames that lie wherever there were some.</summary>
/// <remarks>Safe from any thread. Looking an address up takes no lock and allocates nothing.</remarks>
internal sealed class SystemMemory(MachineMemory memory, bool aboveFirst)
{
    private readonly RangeTable<HostRange> _ranges = new();

    /// <summary>Told of every buffer that goes, before its frames are given back.</summary>
    internal event Action<HostRange>? Releasing;

    internal int Live => _ranges.Count;

    internal SystemBuffer Allocate(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        long pages = (length + PhysicalMemory.PageSize - 1) >> PhysicalMemory.PageShift;
        if (!memory.TryTakeScattered(pages, aboveFirst, out HostRange range))
        {
            long largest = memory.Physical.CanScatter
                ? memory.Frames.FreeFrames
                : memory.Frames.LargestRun(new FrameRequest(1, 0, MachineMemory.LastFrame));
            throw new DmaResourceException(
                $"The machine has no {length} bytes left for a system buffer: {largest << PhysicalMemory.PageShift} can be had of its {memory.Physical.Length}.",
                length, largest << PhysicalMemory.PageShift);
        }

        _ranges.Add(range.Host, range.Length, range);
        return new SystemBuffer(range.Host, length, _ => Release(range));
    }

    /// <summary>The live buffer that holds an address of this process.</summary>
    internal bool TryFind(nint host, out HostRange range, out long offset) => _ranges.TryFind(host, out range, out offset);

    // Where no IOMMU stands between, a device that was told these frames may still write them. The core holds a buffer back
    // while a live or quarantined mapping lies in it, so that what arrives here is free to go.
    private void Release(HostRange range)
    {
        _ranges.Remove(range.Host);
        Releasing?.Invoke(range);
        memory.Release(range);
    }
}
