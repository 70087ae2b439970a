using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>A logical address space of a machine whose memory this process has: from there come common buffers, and there devices' transfers end.</summary>
internal abstract class LogicalMemory : DomainMemory
{
    public override int PageSize => PhysicalMemory.PageSize;

    public override int MapRegisterCount => Registers;

    public override bool ChargesCommonBuffers => Charges;

    /// <summary>Whether common buffers cost map registers.</summary>
    internal bool Charges { get; init; }

    /// <summary>How many map registers the space has.</summary>
    internal int Registers { get; init; }

    /// <summary>A function of this space was reset and no other of it is open: no device keeps an address from before.</summary>
    internal virtual void BecomeQuiet()
    {
    }

    /// <summary>Where an address leads.</summary>
    /// <param name="address">As the device sees it.</param>
    /// <param name="isWrite">Whether the device wants to write.</param>
    /// <param name="host">Its place in this process.</param>
    /// <param name="contiguous">How many bytes follow there.</param>
    /// <param name="refused">Why it leads nowhere; null when it leads somewhere.</param>
    internal abstract bool TryReach(ulong address, bool isWrite, out nint host, out long contiguous, out string? refused);

    /// <summary>A request of the core in frames.</summary>
    internal static FrameRequest ToFrames(in RunRequest request)
    {
        long minimum = (long)(request.Minimum.Value >> PhysicalMemory.PageShift);
        if ((request.Minimum.Value & (PhysicalMemory.PageSize - 1)) != 0) minimum++;

        // A boundary below a page forbids every page.
        if (request.Boundary is > 0 and < PhysicalMemory.PageSize) return new FrameRequest(1, 0, -1);

        // The last byte of a frame must be in reach too.
        ulong past = request.Maximum.Value + 1;
        long maximum = past == 0 ? MachineMemory.LastFrame : (long)(past >> PhysicalMemory.PageShift) - 1;
        return new FrameRequest(
            (request.Length + PhysicalMemory.PageSize - 1) >> PhysicalMemory.PageShift,
            minimum,
            maximum,
            Math.Max(1, request.Alignment >> PhysicalMemory.PageShift),
            request.Boundary >> PhysicalMemory.PageShift);
    }
}
