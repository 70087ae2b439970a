namespace DmaKit;

/// <summary>The room of a heap, and who waits for a piece of it.</summary>
internal sealed class HeapLine(BufferHeap heap) : WaitLine(heap.Adapter.Domain)
{
    /// <summary>In a look: the pieces of stuck requests, in granules, by their place.</summary>
    private readonly SortedList<long, long> _stuck = [];

    public override string Name => $"granules of '{heap.Name}'";

    public override long Total => heap.Capacity / heap.Granule;

    public override long Available => heap.Statistics.FreeBytes / heap.Granule;

    public override void BeginLook()
    {
        base.BeginLook();
        _stuck.Clear();
    }

    public override void Occupy(in Hold hold)
    {
        base.Occupy(hold);
        _stuck.Add(hold.At, hold.Amount);
    }

    public override void Vacate(in Hold hold)
    {
        base.Vacate(hold);
        _stuck.Remove(hold.At);
    }

    public override bool Fits(Waiter waiter)
    {
        PieceWish wish = ((HeapWaiter)waiter).Wish;
        ulong from = heap.Origin;
        for (int i = 0; i < _stuck.Count; i++)
        {
            ulong end = heap.Origin + (ulong)_stuck.GetKeyAtIndex(i);
            if (wish.PlaceFrom(from) + wish.Granules <= end) return true;
            from = end + (ulong)_stuck.GetValueAtIndex(i);
        }

        return wish.PlaceFrom(from) + wish.Granules <= heap.Origin + (ulong)Total;
    }

    protected override bool TryTake(Waiter waiter) => ((HeapWaiter)waiter).TryTake();

    protected override void Emptied() => heap.LetPass();

    protected override void ThrowIfClosed() => ObjectDisposedException.ThrowIf(heap.IsDisposed, heap);
}
