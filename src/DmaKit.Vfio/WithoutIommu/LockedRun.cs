using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Vfio;

/// <summary>Locked memory that is contiguous both in this process and physically, and which of its frames are free.</summary>
/// <param name="host">Where it is in this process.</param>
/// <param name="frames">Its frames.</param>
internal sealed class LockedRun(nint host, FrameRun frames)
{
    private readonly LogicalSpace _free = new([frames]);

    /// <summary>Its frames.</summary>
    internal FrameRun Frames => frames;

    /// <summary>Whether one of its pages was found to have moved: it is not handed out any more.</summary>
    internal bool Moved { get; set; }

    /// <summary>How many pages are not handed out.</summary>
    internal long FreePages => Moved ? 0 : _free.FreePages;

    /// <summary>Where a frame is in this process.</summary>
    internal nint HostOf(long frame) => host + (nint)((frame - frames.First) << PhysicalMemory.PageShift);

    internal bool TryTake(in FrameRequest request, out long first)
    {
        first = -1;
        return !Moved && _free.TryTake(request, out first);
    }

    internal void Free(long first, long count) => _free.Free(first, count);

    internal long LargestRun(in FrameRequest request) => Moved ? 0 : _free.LargestRun(request);
}
