using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>Memory from one plain allocation: scattered frames cannot be shown as one range, so that a buffer is one run.</summary>
internal sealed class PlainMemory : PhysicalMemory
{
    private nint _block;

    internal unsafe PlainMemory(long lowLength, long highLength)
        : base(lowLength, highLength)
    {
        // SAFETY: this object owns the block until Dispose. One page more than asked, so that the arena can start at a page.
        _block = (nint)NativeMemory.AllocZeroed((nuint)(Length + PageSize));
        Arena = (_block + PageSize - 1) & ~(nint)(PageSize - 1);
    }

    internal override nint Arena { get; }

    internal override bool CanScatter => false;

    // SAFETY: the frames lie within the arena, which lives until Dispose; the caller owns them, so nobody else writes.
    internal override unsafe void Zero(long frame, long count) =>
        NativeMemory.Clear((void*)HostOf(frame), (nuint)(count << PageShift));

    internal override nint Reserve(long length) => throw CannotScatter();

    internal override void ShowFrames(nint at, long frame, long count) => throw CannotScatter();

    internal override void ShowZeros(nint at, long length) => throw CannotScatter();

    internal override void Unreserve(nint at, long length) => throw CannotScatter();

    public override unsafe void Dispose()
    {
        nint block = Interlocked.Exchange(ref _block, 0);

        // SAFETY: the machine is closed: by contract nobody accesses memory that it handed out.
        if (block != 0) NativeMemory.Free((void*)block);
    }

    private static NotSupportedException CannotScatter() => new("This host cannot show frames page by page; check CanScatter first.");
}
