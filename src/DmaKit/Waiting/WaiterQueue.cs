namespace DmaKit;

/// <summary>
/// A queue in the order of grants: those whose request holds something already, then the others; within each class first come, first
/// served. A waiter can leave in the middle. Linked through the waiters themselves: no allocation.
/// </summary>
/// <remarks>Not safe by itself: the gate of the line that it belongs to guards it, and decides whether a waiter is granted or leaves.</remarks>
internal sealed class WaiterQueue
{
    private static long s_arrivals;

    private Waiter? _first;
    private Waiter? _last;

    public int Count { get; private set; }

    public Waiter? First => _first;

    /// <summary>Whether somebody of that class would be the first.</summary>
    public bool IsOpenTo(bool holding) => _first is null || (holding && !_first.Holding);

    public void Add(Waiter waiter)
    {
        waiter.Number = Interlocked.Increment(ref s_arrivals);
        Insert(waiter);
    }

    /// <returns>False when it is not in the queue any more.</returns>
    public bool Remove(Waiter waiter)
    {
        if (!waiter.Queued) return false;
        if (waiter.Previous is null) _first = waiter.Next;
        else waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null) _last = waiter.Previous;
        else waiter.Next.Previous = waiter.Previous;
        (waiter.Previous, waiter.Next, waiter.Queued) = (null, null, false);
        Count--;
        return true;
    }

    /// <summary>Its request came to hold something: it joins those, at the place that its arrival gives it.</summary>
    public void MoveUp(Waiter waiter)
    {
        if (!Remove(waiter)) return;
        waiter.Holding = true;
        Insert(waiter);
    }

    private void Insert(Waiter waiter)
    {
        Waiter? before = _last;
        while (before is not null && Precedes(waiter, before)) before = before.Previous;
        Waiter? behind = before is null ? _first : before.Next;
        (waiter.Previous, waiter.Next, waiter.Queued) = (before, behind, true);
        if (before is null) _first = waiter;
        else before.Next = waiter;
        if (behind is null) _last = waiter;
        else behind.Previous = waiter;
        Count++;
    }

    private static bool Precedes(Waiter one, Waiter other) => one.Holding == other.Holding ? one.Number < other.Number : one.Holding;
}
