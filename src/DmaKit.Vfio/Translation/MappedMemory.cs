using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>Memory that devices reach through an IOMMU: it lies anywhere, and each logical address space has a table of its own.</summary>
internal sealed class MappedMemory : IMemorySource
{
    // Half of it lies where 32 bits would reach it, if its pages were the machine's own; devices see neither half there.
    private const long MostLow = 2L << 30;
    private const long FirstFrame = 1;

    private readonly MachineMemory _memory;
    private readonly SystemMemory _buffers;
    private readonly IommuCounters _counters = new();
    private readonly int _registers;
    private readonly int? _pointFromPages;

    /// <summary>Takes address space; memory only when it is allocated.</summary>
    /// <param name="most">The most that may be allocated, in bytes.</param>
    /// <param name="registers">How many map registers each space has.</param>
    /// <param name="pointFromPages">From how many pages on registers lead to them; null to measure.</param>
    internal MappedMemory(long most, int registers, int? pointFromPages)
    {
        long low = Math.Min(most, MostLow);
        _memory = new MachineMemory(new HugeMemory(low, most - low), FirstFrame, fragmentation: 0, seed: 0);
        _buffers = new SystemMemory(_memory, aboveFirst: true);
        _registers = registers;
        _pointFromPages = pointFromPages;
    }

    /// <summary>How often the kernel was given something to map.</summary>
    internal long Maps => _counters.Maps;

    /// <summary>How many huge pages common buffers lie in.</summary>
    internal long HugePages => _memory.Space.Large / HugeMemory.PageLength;

    /// <summary>The memory of a space in which nothing is mapped.</summary>
    internal TranslatedMemory In(KernelSpace space) => new(_memory, _buffers, _counters, new KernelTable(space, _memory.Physical.HostOf, _pointFromPages)) { Registers = _registers };

    public SystemBuffer AllocateSystemBuffer(long length) => _buffers.Allocate(length);

    public void Inspect()
    {
        // An IOMMU has seen to it.
    }

    public void Dispose() => _memory.Dispose();
}
