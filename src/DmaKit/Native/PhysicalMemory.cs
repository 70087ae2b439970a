namespace DmaKit.Native;

/// <summary>
/// The machine's memory: bytes by physical address, a low part from 0 and a high part from 4 GiB, all of it visible in this
/// process as one arena. Sparse: a page costs nothing until somebody writes to it.
/// </summary>
/// <remarks>
/// Safe from any thread. Nothing here knows who owns which frame. No finalizer: memory that was handed out stays mapped until
/// the machine closes, whoever forgot what.
/// </remarks>
internal abstract class PhysicalMemory : IDisposable
{
    internal const int PageSize = 4096;
    internal const int PageShift = 12;
    internal const ulong HighStart = 1UL << 32;

    private protected PhysicalMemory(long lowLength, long highLength)
    {
        LowLength = lowLength;
        HighLength = highLength;
    }

    /// <summary>Bytes from physical address 0.</summary>
    internal long LowLength { get; }

    /// <summary>Bytes from physical address 4 GiB.</summary>
    internal long HighLength { get; }

    /// <summary>All bytes.</summary>
    internal long Length => LowLength + HighLength;

    /// <summary>Where the first byte of the low part is in this process; the high part follows the low one.</summary>
    internal abstract nint Arena { get; }

    /// <summary>Whether scattered frames can be shown as one virtually contiguous range.</summary>
    internal abstract bool CanScatter { get; }

    /// <summary>Makes the memory the host system is best at.</summary>
    /// <param name="lowLength">Bytes below 4 GiB.</param>
    /// <param name="highLength">Bytes from 4 GiB.</param>
    /// <param name="plain">Uses a plain allocation even where frames could be mapped one by one.</param>
    internal static PhysicalMemory Create(long lowLength, long highLength, bool plain) =>
        OperatingSystem.IsLinux() && !plain ? new FileMemory(lowLength, highLength) : new PlainMemory(lowLength, highLength);

    /// <summary>Where a physical address is in this process.</summary>
    /// <param name="physical">The address.</param>
    /// <param name="host">Its place in the arena.</param>
    /// <param name="contiguous">How many bytes follow before the memory's part ends.</param>
    internal bool TryLocate(ulong physical, out nint host, out long contiguous)
    {
        if (physical < (ulong)LowLength)
        {
            host = Arena + (nint)physical;
            contiguous = LowLength - (long)physical;
            return true;
        }

        ulong high = physical - HighStart;
        if (physical >= HighStart && high < (ulong)HighLength)
        {
            host = Arena + (nint)(LowLength + (long)high);
            contiguous = HighLength - (long)high;
            return true;
        }

        host = 0;
        contiguous = 0;
        return false;
    }

    /// <summary>Which physical address a place in the arena has.</summary>
    internal bool TryPhysical(nint host, out ulong physical, out long contiguous)
    {
        long offset = host - Arena;
        if ((ulong)offset >= (ulong)Length)
        {
            physical = 0;
            contiguous = 0;
            return false;
        }

        bool low = offset < LowLength;
        physical = low ? (ulong)offset : HighStart + (ulong)(offset - LowLength);
        contiguous = (low ? LowLength : Length) - offset;
        return true;
    }

    /// <summary>Where a frame's bytes lie from the start of the arena.</summary>
    internal long OffsetOf(long frame)
    {
        long physical = frame << PageShift;
        return physical < LowLength ? physical : physical - (long)HighStart + LowLength;
    }

    /// <summary>Where a frame is in the arena.</summary>
    internal nint HostOf(long frame) => Arena + (nint)OffsetOf(frame);

    /// <summary>Makes whole frames read as zero.</summary>
    internal abstract void Zero(long frame, long count);

    /// <summary>Sets address space aside; accesses there are not legal until frames or zero pages are mapped.</summary>
    internal abstract nint Reserve(long length);

    /// <summary>Shows frames at a reserved place.</summary>
    internal abstract void ShowFrames(nint at, long frame, long count);

    /// <summary>The length of a large page in bytes, a power of two; 0 where this memory has none.</summary>
    internal virtual long LargePage => 0;

    /// <summary>
    /// Shows zeroed memory that lies in large pages, and is no frame's, at a reserved place: as much from its start as the host system has such pages for.
    /// <see cref="ShowZeros"/> over all of it gives them back.
    /// </summary>
    /// <param name="at">The place, a multiple of <see cref="LargePage"/>.</param>
    /// <param name="length">Its length in bytes, a multiple of <see cref="LargePage"/>.</param>
    /// <returns>How many bytes are shown; what is behind them is reserved as before.</returns>
    internal virtual long ShowLarge(nint at, long length) => 0;

    /// <summary>Shows private zero pages at a reserved place, whatever was there: the frames are out of the program's reach from now on.</summary>
    internal abstract void ShowZeros(nint at, long length);

    /// <summary>Gives reserved address space back: nobody may access it any more.</summary>
    internal abstract void Unreserve(nint at, long length);

    /// <summary>The memory is gone: nobody may access it any more.</summary>
    public abstract void Dispose();
}
