namespace DmaKit.Vfio.Native;

/// <summary>An address space of iommufd.</summary>
internal sealed unsafe class IommuSpace(Descriptor iommu, uint number) : KernelSpace
{
    private const uint Here = 1, MayWrite = 2, MayRead = 4;
    private const int MostRanges = 128;

    // The kernel counts by user and tells nobody how much it is; this is how much of it is this process's.
    private static long s_locked;

    private long _locked;

    internal override MemoryLock Locks => MemoryLock.OfThisProcess() with { Locked = Interlocked.Read(ref s_locked) };

    internal override (IReadOnlyList<(ulong First, ulong Last)> Ranges, long Mappings) Ask()
    {
        ulong* pairs = stackalloc ulong[MostRanges * 2];
        var ask = new SpaceRanges { Size = (uint)sizeof(SpaceRanges), Space = number, Count = MostRanges, Ranges = (ulong)pairs };

        // SAFETY: the structure and the room that it names lie on this stack.
        if (Kernel.Control(iommu, Request.AskRanges, &ask) != 0) throw new DmaException($"The kernel told nothing of the IOMMU: {Kernel.Words(Kernel.LastError)}.");
        var ranges = new (ulong, ulong)[Math.Min(ask.Count, MostRanges)];
        for (int i = 0; i < ranges.Length; i++) ranges[i] = (pairs[2 * i], pairs[2 * i + 1]);
        return (ranges, long.MaxValue);
    }

    internal override int Map(ulong address, nint host, long length, bool writable)
    {
        var map = new SpaceMap { Size = (uint)sizeof(SpaceMap), Flags = Here | MayRead | (writable ? MayWrite : 0), Space = number, Host = (ulong)host, Length = (ulong)length, Address = address };

        // SAFETY: the structure lies on this stack; the caller keeps the memory where it is until it was unmapped.
        if (Kernel.Control(iommu, Request.MapSpace, &map) != 0) return Kernel.LastError;
        Count(length);
        return 0;
    }

    internal override int Unmap(ulong address, long length)
    {
        var unmap = new SpaceUnmap { Size = (uint)sizeof(SpaceUnmap), Space = number, Address = address, Length = (ulong)length };

        // SAFETY: the structure lies on this stack.
        if (Kernel.Control(iommu, Request.UnmapSpace, &unmap) != 0)
        {
            // Where nothing is mapped there is nothing to take away.
            int error = Kernel.LastError;
            return error == Errno.NoEntry ? 0 : error;
        }

        Count(-(long)unmap.Length);
        return 0;
    }

    public override void Dispose()
    {
        var destroy = new SpaceDestroy { Size = (uint)sizeof(SpaceDestroy), Space = number };

        // SAFETY: the structure lies on this stack. What fails here goes when the file is closed.
        _ = Kernel.Control(iommu, Request.DestroySpace, &destroy);
        Interlocked.Add(ref s_locked, -Interlocked.Exchange(ref _locked, 0));
    }

    private void Count(long bytes)
    {
        Interlocked.Add(ref _locked, bytes);
        Interlocked.Add(ref s_locked, bytes);
    }
}
