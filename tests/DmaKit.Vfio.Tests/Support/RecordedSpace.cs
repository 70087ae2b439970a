using DmaKit.Vfio.Native;

namespace DmaKit.Vfio.Tests;

/// <summary>A logical address space that no kernel keeps: what would be mapped in it is written down.</summary>
internal sealed class RecordedSpace(ulong first = 0, ulong last = 0xFFFF_FFFF_FFFF) : KernelSpace
{
    /// <summary>What is mapped: by logical address, where it is in this process and how long.</summary>
    public SortedList<ulong, (nint Host, long Length)> Mapped { get; } = [];

    /// <summary>How many mappings were asked for.</summary>
    public int Asked { get; private set; }

    /// <summary>How many of the next ones are refused, with <see cref="Error"/>.</summary>
    public int Refusals { get; set; }

    public int Error { get; set; } = Errno.NoMemory;

    internal override MemoryLock Locks => new(null, 0);

    internal override (IReadOnlyList<(ulong First, ulong Last)> Ranges, long Mappings) Ask() => ([(first, last)], long.MaxValue);

    internal override int Map(ulong address, nint host, long length, bool writable)
    {
        Asked++;
        if (Refusals > 0)
        {
            Refusals--;
            return Error;
        }

        Mapped.Add(address, (host, length));
        return 0;
    }

    internal override int Unmap(ulong address, long length)
    {
        foreach (ulong inside in Mapped.Keys.Where(a => a >= address && a < address + (ulong)length).ToArray()) Mapped.Remove(inside);
        return 0;
    }

    public override void Dispose() => Mapped.Clear();
}
