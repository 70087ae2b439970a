using DmaKit.Platforms;

namespace DmaKit;

/// <summary>Two observers, told one after the other; either may be a pair itself.</summary>
internal sealed class ObserverPair(DmaObserver first, DmaObserver second) : DmaObserver
{
    /// <summary>What is left of an observer, or of a pair, without one.</summary>
    internal static DmaObserver? Without(DmaObserver? all, DmaObserver one) => all switch
    {
        ObserverPair pair => Of(Without(pair.First, one), Without(pair.Second, one)),
        _ => ReferenceEquals(all, one) ? null : all,
    };

    private DmaObserver First => first;

    private DmaObserver Second => second;

    public override void OnAllocated(CommonBuffer buffer)
    {
        first.OnAllocated(buffer);
        second.OnAllocated(buffer);
    }

    public override void OnFreed(CommonBuffer buffer, bool quarantined)
    {
        first.OnFreed(buffer, quarantined);
        second.OnFreed(buffer, quarantined);
    }

    public override void OnRented(object owner, LogicalRange piece)
    {
        first.OnRented(owner, piece);
        second.OnRented(owner, piece);
    }

    public override void OnReturned(object owner, LogicalRange piece)
    {
        first.OnReturned(owner, piece);
        second.OnReturned(owner, piece);
    }

    public override void OnMapped(DmaAdapter adapter, in DmaMapping mapping)
    {
        first.OnMapped(adapter, in mapping);
        second.OnMapped(adapter, in mapping);
    }

    public override void OnUnmapped(DmaAdapter adapter, in DmaMapping mapping, long bytes)
    {
        first.OnUnmapped(adapter, in mapping, bytes);
        second.OnUnmapped(adapter, in mapping, bytes);
    }

    public override void OnPosted(object pool, CommandTag tag, LogicalAddress packet)
    {
        first.OnPosted(pool, tag, packet);
        second.OnPosted(pool, tag, packet);
    }

    public override void OnCompleted(object pool, CommandTag tag, CommandStatus status)
    {
        first.OnCompleted(pool, tag, status);
        second.OnCompleted(pool, tag, status);
    }

    public override void OnDoorbell(PciFunction function, int bar, long offset, int size, ulong value)
    {
        first.OnDoorbell(function, bar, offset, size, value);
        second.OnDoorbell(function, bar, offset, size, value);
    }

    public override void OnQuiet(DmaAdapter adapter, QuietProof proof)
    {
        first.OnQuiet(adapter, proof);
        second.OnQuiet(adapter, proof);
    }

    public override void OnClosing(DmaAdapter adapter)
    {
        first.OnClosing(adapter);
        second.OnClosing(adapter);
    }

    public override void OnInterrupt(InterruptVector vector)
    {
        first.OnInterrupt(vector);
        second.OnInterrupt(vector);
    }

    private static DmaObserver? Of(DmaObserver? first, DmaObserver? second) =>
        first is null ? second : second is null ? first : new ObserverPair(first, second);
}
