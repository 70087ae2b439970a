using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>The address space of a machine without an IOMMU: logical addresses are physical ones.</summary>
internal sealed class DirectMemory(MachineMemory memory, SystemMemory buffers) : LogicalMemory
{
    public override bool Translates => false;

    public override bool TryAllocate(in RunRequest request, out MemoryRun run)
    {
        FrameRequest frames = ToFrames(request);
        if (!memory.TryTake(frames, out long first))
        {
            run = default;
            return false;
        }

        run = new MemoryRun(
            memory.Physical.HostOf(first), new LogicalAddress((ulong)first << PhysicalMemory.PageShift), frames.Count << PhysicalMemory.PageShift, first);
        return true;
    }

    public override long LargestRun(in RunRequest request) => memory.Frames.LargestRun(ToFrames(request)) << PhysicalMemory.PageShift;

    public override bool Revoke(in MemoryRun run) => false;

    public override void ReleaseHost(in MemoryRun run) => memory.Frames.Free(run.Token, run.Length >> PhysicalMemory.PageShift);

    public override void ReleaseLogical(in MemoryRun run)
    {
        // Nothing is kept apart from the frames.
    }

    public override bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous)
    {
        if (buffers.TryFind(host, out HostRange range, out long offset))
        {
            logical = new LogicalAddress(range.PhysicalAt(offset, out contiguous));
            contiguous = Math.Min(contiguous, length);
            return true;
        }

        bool found = memory.Physical.TryPhysical(host, out ulong physical, out contiguous);
        logical = new LogicalAddress(physical);
        contiguous = Math.Min(contiguous, length);
        return found;
    }

    internal override bool TryReach(ulong address, bool isWrite, out nint host, out long contiguous, out string? refused)
    {
        bool found = memory.Physical.TryLocate(address, out host, out contiguous);
        refused = found ? null : "there is no memory at that address";
        return found;
    }
}
