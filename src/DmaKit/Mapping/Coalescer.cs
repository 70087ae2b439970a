using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// Copies what a device cannot take as it is into blocks of common buffer that it can: too many fragments, fragments that start in the
/// wrong place, or end there. Given to a mapping by <see cref="MappingOptions.Coalescer"/>.
/// </summary>
/// <remarks>
/// <para>It copies the fewest bytes that make the request fit the device's number of elements, alignment and granularity; of equal ways the one
/// with fewer elements, then the one that copies earlier. Bytes that the device does not reach are copied in any case, through
/// map registers; where they are neighbours of what is coalesced they go along, and need no register.</para>
/// <para>Its blocks belong to the mapping until that ends: at its completion, or when the device is quiet. It owns neither pool nor heap:
/// dispose those when its mappings have ended. When they have no room, <c>MapAsync</c> waits and <c>TryMap</c> returns false.
/// Safe from any thread.</para>
/// </remarks>
public sealed class Coalescer
{
    private readonly BlockPool? _pool;
    private readonly BufferHeap? _heap;
    private readonly Stack<TurnWaiter> _idleWaiters = new();
    private BiasedGate _counting;
    private long _offered;
    private long _coalesced;
    private long _bytes;
    private long _forCount;
    private long _forAlignment;
    private long _forGranularity;
    private long _forReach;
    private long _forPolicy;
    private long _refused;

    /// <summary>Makes a coalescer that copies into blocks of a pool.</summary>
    /// <param name="pool">The blocks. Each must start where an element may, and cross no boundary of the adapter that the pool was made for.</param>
    /// <param name="options">Policy and headroom, or null.</param>
    /// <exception cref="ArgumentException">The pool's blocks do not keep the adapter's constraints, or are shorter than the headroom.</exception>
    public Coalescer(BlockPool pool, CoalescerOptions? options = null)
        : this(pool is null ? throw new ArgumentNullException(nameof(pool)) : pool.Adapter, options)
    {
        _pool = pool;
        DmaConstraints limits = Adapter.Constraints;
        if (pool.FirstBlockAgainst(limits) is { } wrong)
        {
            throw new ArgumentException(
                $"A block of pool '{pool.Name}' at {wrong} with {pool.BlockLength} bytes cannot be an element for {Adapter.Function.Info.Address}: alignment {limits.ElementAlignment}, boundary {limits.Boundary}. "
                + "Make the pool with that Alignment and Boundary, and blocks no longer than the boundary.",
                nameof(pool));
        }

        Capacity = pool.BlockLength;
        MostBlocks = pool.Capacity;
        CheckHeadroom();
    }

    /// <summary>Makes a coalescer that copies into pieces of a heap.</summary>
    /// <param name="heap">The memory.</param>
    /// <param name="options">Policy and headroom, or null.</param>
    /// <exception cref="ArgumentException">The heap is shorter than the headroom.</exception>
    public Coalescer(BufferHeap heap, CoalescerOptions? options = null)
        : this(heap is null ? throw new ArgumentNullException(nameof(heap)) : heap.Adapter, options)
    {
        _heap = heap;
        long boundary = Adapter.Constraints.Boundary;
        Capacity = boundary == 0 ? heap.Capacity : Math.Min(heap.Capacity, boundary);
        MostBlocks = (int)Math.Min(int.MaxValue, heap.Capacity / Capacity);
        CheckHeadroom();
    }

    private Coalescer(DmaAdapter adapter, CoalescerOptions? options)
    {
        Adapter = adapter;
        Turn = new AdapterTurn(adapter);
        Policy = options?.Policy ?? CoalescingPolicy.WhenRequired;
        Headroom = Policy == CoalescingPolicy.Never ? 0 : options?.Headroom ?? 0;
    }

    /// <summary>The adapter whose mappings it serves: that of its pool or heap.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>When it copies.</summary>
    public CoalescingPolicy Policy { get; }

    /// <summary>How many bytes it leaves free in front of every request.</summary>
    public int Headroom { get; }

    /// <summary>What it did so far.</summary>
    public CoalescerStatistics Statistics
    {
        get
        {
            _counting.Enter();
            var figures = new CoalescerStatistics(_offered, _coalesced, _bytes, _forCount, _forAlignment, _forGranularity, _forReach, _forPolicy, _refused);
            _counting.Leave();
            return figures;
        }
    }

    /// <summary>The most bytes that lie in one block, whatever they are.</summary>
    internal long Capacity { get; }

    /// <summary>The most blocks that a mapping can ever have: none waits for more.</summary>
    internal int MostBlocks { get; }

    /// <summary>Whether the blocks are those of a pool, all of one length.</summary>
    internal BlockPool? Pool => _pool;

    internal BufferHeap? Heap => _heap;

    /// <summary>A mapping was made with it.</summary>
    internal void Count(CopyReasons why, long bytes)
    {
        _counting.Enter();
        _offered++;
        if (why != CopyReasons.None)
        {
            _coalesced++;
            _bytes += bytes;
            if ((why & CopyReasons.Count) != CopyReasons.None) _forCount++;
            if ((why & CopyReasons.Alignment) != CopyReasons.None) _forAlignment++;
            if ((why & CopyReasons.Granularity) != CopyReasons.None) _forGranularity++;
            if ((why & CopyReasons.Reach) != CopyReasons.None) _forReach++;
            if ((why & CopyReasons.Policy) != CopyReasons.None) _forPolicy++;
        }

        _counting.Leave();
    }

    /// <summary>Waits until no other mapping takes several blocks.</summary>
    /// <returns>True: it has the turn.</returns>
    internal ValueTask<bool> TakeTurnAsync(DmaRequest? request, CancellationToken cancellationToken)
    {
        TurnWaiter waiter;
        lock (_idleWaiters) waiter = _idleWaiters.Count > 0 ? _idleWaiters.Pop() : new TurnWaiter(this);
        waiter.Prepare(request);
        if (!Adapter.Domain.Waits.TakeOrQueue(waiter))
        {
            waiter.CancelWith(cancellationToken);
            return new(waiter, waiter.Version);
        }

        Recycle(waiter);
        return new(true);
    }

    internal void GiveTurn(DmaRequest? request)
    {
        Adapter.Domain.Waits.Give(request, TurnHold);
        Turn.Give();
    }

    internal AdapterTurn Turn { get; }

    internal Hold TurnHold => new(Turn, 0, 1);

    internal void Recycle(TurnWaiter waiter)
    {
        lock (_idleWaiters) _idleWaiters.Push(waiter);
    }

    internal void CountRefused()
    {
        _counting.Enter();
        _refused++;
        _counting.Leave();
    }

    private void CheckHeadroom()
    {
        if (Headroom > Capacity)
            throw new ArgumentException($"Headroom of {Headroom} bytes does not fit a block of {Capacity}; legal: 0 to {Capacity}.", "options");
    }
}
