using System.Globalization;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>Memory behind an anonymous file: any frame can be shown at any page of the process. Linux.</summary>
internal class FileMemory : PhysicalMemory
{
    // From here on a hole is punched, which also gives the host's memory back; below, writing zeros is quicker than a call.
    private const long HoleFrom = 64 * 1024;

    private readonly int _file;
    private nint _arena;

    internal FileMemory(long lowLength, long highLength)
        : base(lowLength, highLength)
    {
        // SAFETY: this object owns descriptor and arena until Dispose; the arena is exactly Length bytes of the file, which has
        // that length from here on, so that no access within the arena meets the end of the file.
        _file = LibC.CreateMemoryFile("dmakit", LibC.MemfdCloseOnExec);
        if (_file < 0) throw Failed("memfd_create", Length);
        if (LibC.SetLength(_file, Length) != 0)
        {
            DmaResourceException error = Failed("ftruncate", Length);
            _ = LibC.Close(_file);
            throw error;
        }

        _arena = LibC.Map(0, (nuint)Length, LibC.ProtReadWrite, LibC.MapShared | LibC.MapNoReserve, _file, 0);
        if (_arena == -1)
        {
            DmaResourceException error = Failed("mmap", Length);
            _ = LibC.Close(_file);
            throw error;
        }
    }

    internal override nint Arena => _arena;

    /// <summary>By which name another process of the same user can open the memory, as long as this one has it.</summary>
    internal string PathForOthers => string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_file}");

    internal override bool CanScatter => true;

    internal override unsafe void Zero(long frame, long count)
    {
        long offset = OffsetOf(frame);
        long length = count << PageShift;
        if (length >= HoleFrom && LibC.Allocate(_file, LibC.FallocatePunchHole | LibC.FallocateKeepSize, offset, length) == 0) return;

        // SAFETY: the frames lie within the arena, which is mapped until Dispose; the caller owns them, so nobody else writes.
        NativeMemory.Clear((void*)(_arena + (nint)offset), (nuint)length);
    }

    internal override nint Reserve(long length)
    {
        // SAFETY: a fresh range that the kernel chose; the caller keeps it until Unreserve.
        nint at = LibC.Map(0, (nuint)length, LibC.ProtNone, LibC.MapPrivate | LibC.MapAnonymous | LibC.MapNoReserve, -1, 0);
        return at != -1 ? at : throw Failed("mmap of address space", length);
    }

    internal override void ShowFrames(nint at, long frame, long count)
    {
        // SAFETY: MAP_FIXED replaces only pages that the caller reserved; file range checked by who owns the frames.
        nint mapped = LibC.Map(
            at, (nuint)(count << PageShift), LibC.ProtReadWrite, LibC.MapShared | LibC.MapFixed | LibC.MapNoReserve, _file, OffsetOf(frame));
        if (mapped == -1) throw Failed("mmap of frames", count << PageShift);
    }

    internal override void ShowZeros(nint at, long length)
    {
        // SAFETY: MAP_FIXED replaces only pages that the caller reserved, in one step: a late access meets either the frames or zeros.
        nint mapped = LibC.Map(
            at, (nuint)length, LibC.ProtReadWrite, LibC.MapPrivate | LibC.MapAnonymous | LibC.MapFixed | LibC.MapNoReserve, -1, 0);
        if (mapped == -1) throw Failed("mmap of zero pages", length);
    }

    // SAFETY: the caller reserved exactly this range and the machine is closed.
    internal override void Unreserve(nint at, long length) => _ = LibC.Unmap(at, (nuint)length);

    public override void Dispose()
    {
        nint arena = Interlocked.Exchange(ref _arena, 0);
        if (arena == 0) return;

        // SAFETY: the machine is closed: by contract nobody accesses memory that it handed out.
        _ = LibC.Unmap(arena, (nuint)Length);
        _ = LibC.Close(_file);
    }

    private static DmaResourceException Failed(string call, long length) =>
        new($"The host refused {call} of 0x{length:X} bytes for the machine's memory: {LibC.LastError()}.", length, 0);
}
