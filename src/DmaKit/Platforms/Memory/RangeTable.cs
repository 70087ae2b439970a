namespace DmaKit.Platforms;

/// <summary>Ranges of this process's memory that do not overlap, found by any address in them.</summary>
/// <remarks>Safe from any thread. Looking up takes no lock and allocates nothing; adding and removing copy the table.</remarks>
internal sealed class RangeTable<T>
{
    private readonly Lock _gate = new();
    private Entry[] _entries = [];

    internal int Count => _entries.Length;

    internal void Add(nint start, long length, T value)
    {
        lock (_gate)
        {
            Entry[] old = _entries;
            int at = LowerBound(old, start);
            var entries = new Entry[old.Length + 1];
            Array.Copy(old, entries, at);
            entries[at] = new Entry(start, length, value);
            Array.Copy(old, at, entries, at + 1, old.Length - at);
            _entries = entries;
        }
    }

    internal bool Remove(nint start)
    {
        lock (_gate)
        {
            Entry[] old = _entries;
            int at = LowerBound(old, start);
            if (at == old.Length || old[at].Start != start) return false;
            var entries = new Entry[old.Length - 1];
            Array.Copy(old, entries, at);
            Array.Copy(old, at + 1, entries, at, entries.Length - at);
            _entries = entries;
            return true;
        }
    }

    internal bool TryFind(nint address, out T value, out long offset)
    {
        Entry[] entries = _entries;
        int at = LowerBound(entries, address + 1) - 1;
        if (at >= 0 && address - entries[at].Start < entries[at].Length)
        {
            value = entries[at].Value;
            offset = address - entries[at].Start;
            return true;
        }

        value = default!;
        offset = 0;
        return false;
    }

    /// <summary>The first entry that starts at or behind an address.</summary>
    private static int LowerBound(Entry[] entries, nint start)
    {
        int low = 0;
        int high = entries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (entries[middle].Start < start) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly record struct Entry(nint Start, long Length, T Value);
}
