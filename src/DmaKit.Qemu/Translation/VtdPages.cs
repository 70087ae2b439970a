using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>Pages of the machine's memory that hold the IOMMU's own structures, and the 64-bit words in them.</summary>
internal sealed class VtdPages(MachineMemory memory)
{
    private const int WordSize = 8;

    /// <summary>Takes a zeroed page, if there is one.</summary>
    internal bool TryTake(out long frame) => memory.TryTake(new FrameRequest(1, 0, MachineMemory.LastFrame), out frame);

    /// <summary>Takes a zeroed page.</summary>
    /// <returns>The number of its frame.</returns>
    /// <exception cref="DmaResourceException">The machine has no page left.</exception>
    internal long Take() => TryTake(out long frame)
        ? frame
        : throw new DmaResourceException("The machine has no page left for the IOMMU's tables.", PhysicalMemory.PageSize, 0);

    internal ulong Read(long frame, int index) => HostMemory.ReadOnce<ulong>(At(frame, index));

    /// <summary>Writes a word as one store: the IOMMU may be reading it.</summary>
    internal void Write(long frame, int index, ulong value) => HostMemory.WriteOnce(At(frame, index), value);

    internal static ulong Address(long frame) => (ulong)frame << PhysicalMemory.PageShift;

    private nint At(long frame, int index) => memory.Physical.HostOf(frame) + (index * WordSize);
}
