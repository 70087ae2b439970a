namespace DmaKit;

/// <summary>A first-come queue that a waiter can leave in the middle, linked through the waiters themselves: no allocation.</summary>
/// <remarks>Not safe by itself: its owner's lock guards it, and decides whether a waiter is granted or leaves.</remarks>
internal sealed class WaiterQueue<TWaiter> where TWaiter : Waiter
{
    private Waiter? _first;
    private Waiter? _last;

    public int Count { get; private set; }

    public TWaiter? First => (TWaiter?)_first;

    public void Add(TWaiter waiter)
    {
        (waiter.Previous, waiter.Next, waiter.Queued) = (_last, null, true);
        if (_last is null) _first = waiter;
        else _last.Next = waiter;
        _last = waiter;
        Count++;
    }

    /// <returns>False when it is not in the queue any more.</returns>
    public bool Remove(TWaiter waiter)
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
}
