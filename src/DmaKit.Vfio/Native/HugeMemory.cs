using DmaKit.Native;

namespace DmaKit.Vfio.Native;

/// <summary>Memory of which what is long may lie in huge pages of 2 MiB, as long as the administrator has set some aside that are free. Linux 5.14 and newer; before, it lies in none.</summary>
/// <remarks>
/// As <see cref="FileMemory"/>. The pages are anonymous and shared, because those of private memory change when a process forks. None is promised to a place: each is taken, so that
/// touching one that there is not, which would end the process, cannot happen.
/// </remarks>
internal sealed class HugeMemory(long lowLength, long highLength) : FileMemory(lowLength, highLength)
{
    internal const long PageLength = LockedArea.HugeLength;

    private const int None = 0, ReadWrite = 1 | 2, Shared = 1, Private = 2, Fixed = 0x10, Anonymous = 0x20, NoReserve = 0x4000, Huge = 0x40000, OfTwoMiB = 21 << 26;
    private const int PopulateWrite = 23;

    internal override long LargePage => PageLength;

    internal override long ShowLarge(nint at, long length)
    {
        // SAFETY: MAP_FIXED replaces only pages that the caller reserved. What is not promised cannot be refused, so that the kernel
        // either does it or has taken nothing away; what may be gone after all is reserved again below.
        long shown = 0;
        if (Kernel.MapNoFile(at, (nuint)length, ReadWrite, Shared | Anonymous | Fixed | NoReserve | Huge | OfTwoMiB, -1, 0) != -1)
            while (shown < length && Kernel.Advise(at + (nint)shown, (nuint)PageLength, PopulateWrite) == 0) shown += PageLength;

        // SAFETY: as above, of what has no page.
        if (shown < length) _ = Kernel.MapNoFile(at + (nint)shown, (nuint)(length - shown), None, Private | Anonymous | Fixed | NoReserve, -1, 0);
        return shown;
    }
}
