namespace DmaKit.Vfio.Native;

/// <summary>Memory of this process that is there, and is locked so that it stays: one huge page, or ordinary pages. Linux.</summary>
/// <remarks>
/// Shared, because the pages of private memory change when a process forks. Safe from any thread. After <see cref="Retire"/> the place is ordinary
/// zero pages, so that a late access is no crash; it stays this object's until disposal.
/// </remarks>
internal sealed unsafe class LockedArea : IDisposable
{
    internal const long HugeLength = 2L << 20;

    private const int ReadWrite = 1 | 2, Shared = 1, Private = 2, Fixed = 0x10, Anonymous = 0x20, Populate = 0x8000, Huge = 0x40000, OfTwoMiB = 21 << 26;
    private const int NotInChildren = 10, NotMerged = 15;

    private int _retired;

    private LockedArea(nint host, long length)
    {
        Host = host;
        Length = length;
    }

    /// <summary>Where it is in this process.</summary>
    internal nint Host { get; }

    /// <summary>Its length in bytes.</summary>
    internal long Length { get; }

    /// <summary>Takes a page of 2 MiB, which is contiguous physically, from those that the administrator set aside.</summary>
    /// <returns>Null when there is none left.</returns>
    internal static LockedArea? TryHuge() => TryMap(HugeLength, Huge | OfTwoMiB);

    /// <summary>Takes ordinary pages, wherever they are physically.</summary>
    /// <param name="length">In bytes, a multiple of the page size.</param>
    /// <returns>Null when the kernel does not give or lock that much.</returns>
    internal static LockedArea? TryPlain(long length) => TryMap(length, 0);

    /// <summary>Lets go of the memory; the place reads as zeros from now on.</summary>
    internal void Retire()
    {
        // SAFETY: replaces, in one step, exactly the range of this object.
        if (Interlocked.Exchange(ref _retired, 1) == 0) _ = Kernel.MapNoFile(Host, (nuint)Length, ReadWrite, Private | Anonymous | Fixed, -1, 0);
    }

    // SAFETY: the platform is closed: by contract nobody accesses memory that it handed out.
    public void Dispose() => _ = Kernel.Unmap(Host, (nuint)Length);

    private static LockedArea? TryMap(long length, int kind)
    {
        // SAFETY: a fresh range that the kernel chose, owned by the object made here.
        nint at = Kernel.MapNoFile(0, (nuint)length, ReadWrite, Shared | Anonymous | Populate | kind, -1, 0);
        if (at == -1) return null;
        var area = new LockedArea(at, length);
        _ = Kernel.Advise(at, (nuint)length, NotInChildren);
        if (kind == 0) _ = Kernel.Advise(at, (nuint)length, NotMerged);
        if (Kernel.Lock(at, (nuint)length) == 0) return area;
        area.Dispose();
        return null;
    }
}
