namespace DmaKit.Emulation;

/// <summary>What is to be done when: a heap by time, and by the order of asking where times are equal.</summary>
/// <remarks>Not safe from several threads. Entries are reused, so that a steady rhythm allocates nothing.</remarks>
internal sealed class Agenda
{
    private readonly List<Entry> _heap = [];
    private readonly Stack<Entry> _spare = new();
    private long _sequence;

    internal int Count => _heap.Count;

    /// <summary>When the first is due, in ticks; <see cref="long.MaxValue"/> when there is nothing.</summary>
    internal long NextDue => _heap.Count == 0 ? long.MaxValue : _heap[0].Due;

    /// <summary>Adds something.</summary>
    /// <returns>The entry, to take it out again; worthless once it was popped or removed.</returns>
    internal Entry Add(long due, in WorkItem item)
    {
        Entry entry = _spare.Count > 0 ? _spare.Pop() : new Entry();
        entry.Due = due;
        entry.Sequence = _sequence++;
        entry.Item = item;
        entry.Index = _heap.Count;
        _heap.Add(entry);
        Up(entry.Index);
        return entry;
    }

    internal WorkItem Pop()
    {
        Entry first = _heap[0];
        WorkItem item = first.Item;
        Remove(first);
        return item;
    }

    internal void Remove(Entry entry)
    {
        int index = entry.Index;
        int last = _heap.Count - 1;
        Entry moved = _heap[last];
        _heap.RemoveAt(last);
        if (index != last)
        {
            Place(moved, index);
            Up(index);
            Down(moved.Index);
        }

        entry.Index = -1;
        entry.Item = default;
        _spare.Push(entry);
    }

    internal void RemoveAll(DeviceHost host)
    {
        for (int i = _heap.Count - 1; i >= 0; i--)
        {
            // Removal moves entries about: start over from the end of what is left.
            if (_heap[i].Item.Host != host) continue;
            Remove(_heap[i]);
            i = _heap.Count;
        }
    }

    private static bool Earlier(Entry a, Entry b) => a.Due != b.Due ? a.Due < b.Due : a.Sequence < b.Sequence;

    private void Place(Entry entry, int index)
    {
        _heap[index] = entry;
        entry.Index = index;
    }

    private void Up(int index)
    {
        while (index > 0)
        {
            int parent = (index - 1) / 2;
            if (!Earlier(_heap[index], _heap[parent])) return;
            Swap(index, parent);
            index = parent;
        }
    }

    private void Down(int index)
    {
        while (true)
        {
            int child = (2 * index) + 1;
            if (child >= _heap.Count) return;
            if (child + 1 < _heap.Count && Earlier(_heap[child + 1], _heap[child])) child++;
            if (!Earlier(_heap[child], _heap[index])) return;
            Swap(index, child);
            index = child;
        }
    }

    private void Swap(int a, int b)
    {
        Entry entry = _heap[a];
        Place(_heap[b], a);
        Place(entry, b);
    }

    internal sealed class Entry
    {
        internal long Due { get; set; }

        internal long Sequence { get; set; }

        internal int Index { get; set; } = -1;

        internal WorkItem Item { get; set; }
    }
}
