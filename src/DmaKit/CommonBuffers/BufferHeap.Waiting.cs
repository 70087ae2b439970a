namespace DmaKit;

public sealed partial class BufferHeap
{
    private readonly Stack<HeapWaiter> _idleWaiters = new();
    private readonly HeapLine _line;

    /// <summary>Whom pieces serve, by node and generation; made when the first request is named.</summary>
    private Dictionary<ulong, DmaRequest>? _requests;

    /// <summary>Whether somebody waits, or is about to: changes only under the gate.</summary>
    private bool _awaited;

    /// <summary>Takes a piece, or waits until one fits: requests that hold something first, then first come, first served.</summary>
    /// <remarks>While somebody waits, <see cref="TryAllocate"/> gives nobody anything: a large piece is not kept waiting by small ones.</remarks>
    /// <param name="length">The length in bytes, 1 to what the heap can hold at all.</param>
    /// <param name="alignment">What the piece's logical address must be a multiple of, in bytes: a power of two; 0 for the granule.</param>
    /// <param name="boundary">A power of two that the piece may not cross a multiple of, in bytes; 0 for none but the device's own.</param>
    /// <param name="name">A name for snapshots and pictures, or null.</param>
    /// <param name="request">The request that the piece serves until it is freed, or null.</param>
    /// <param name="cancellationToken">Gives up waiting. The wait ends as cancelled or with a piece, never both.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length or alignment that is not legal, or a length beyond the boundary.</exception>
    /// <exception cref="DmaResourceException">Not even the empty heap has room for it.</exception>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context: <see cref="TryAllocate"/> is legal there.</exception>
    /// <exception cref="ObjectDisposedException">The heap was disposed.</exception>
    public ValueTask<HeapPiece> AllocateAsync(
        long length, int alignment = 0, long boundary = 0, string? name = null, DmaRequest? request = null, CancellationToken cancellationToken = default)
    {
        CallbackContext.Forbid("BufferHeap.AllocateAsync", "use TryAllocate, which does not wait");
        DmaRequest.Check(request, Adapter.Domain);
        PieceWish wish = Wish(length, alignment, boundary);
        if (length > Capacity || wish.PlaceFrom(Origin) + wish.Granules > Origin + _core.Length)
        {
            throw new DmaResourceException(
                $"Heap '{Name}' of {Capacity} bytes never has room for a piece of {length} bytes{(alignment != 0 ? $", alignment {alignment}" : "")}{(boundary != 0 ? $", boundary {boundary}" : "")}. "
                + "Ask for less, or make the heap larger.",
                length, Capacity);
        }

        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<HeapPiece>(cancellationToken);
        if (request is not null && _requests is null) Interlocked.CompareExchange(ref _requests, [], null);
        HeapWaiter waiter;
        lock (_idleWaiters) waiter = _idleWaiters.Count > 0 ? _idleWaiters.Pop() : new HeapWaiter(this);
        waiter.Prepare(_line, request, wish, length, name);
        if (!Adapter.Domain.Waits.TakeOrQueue(waiter))
        {
            waiter.CancelWith(cancellationToken);
            return new(waiter, waiter.Version);
        }

        HeapPiece piece = Hand(waiter.Piece, request);
        Recycle(waiter);
        return new(piece);
    }

    /// <summary>What stands in front of the first granule for alignment and boundary.</summary>
    internal ulong Origin => _logical >> _shift;

    internal Hold HoldOf(in HeapPiece piece) => HoldAt(OffsetOf(piece) >> _shift, piece.Length);

    internal HeapPiece Hand(in HeapPiece piece, DmaRequest? request)
    {
        if (request is not null)
        {
            lock (_requests!) _requests[KeyOf(piece)] = request;
        }

        _observer?.OnRented(this, RangeOf((uint)(OffsetOf(piece) >> _shift), piece.Length));
        return piece;
    }

    internal void Recycle(HeapWaiter waiter)
    {
        lock (_idleWaiters) _idleWaiters.Push(waiter);
    }

    internal bool TryTakeWaited(in PieceWish wish, long length, string? name, out HeapPiece piece) =>
        TryTake(wish.Granules, length, wish.Alignment, wish.Boundary, name, out piece, waited: true);

    internal void LetPass()
    {
        _gate.Enter();
        _awaited = false;
        _gate.Leave();
    }

    private static ulong KeyOf(in HeapPiece piece) => ((ulong)piece.Generation << 32) | piece.Node;

    /// <summary>A piece is about to be freed that may serve a request.</summary>
    private void NoteGiven(in HeapPiece piece)
    {
        if (!_core.TryRead(piece.Node, piece.Generation, out uint offset)) return;
        DmaRequest? request;
        lock (_requests!)
        {
            if (!_requests.Remove(KeyOf(piece), out request)) return;
        }

        Adapter.Domain.Waits.Give(request, HoldAt(offset, piece.Length));
    }

    private Hold HoldAt(long offset, long length) => new(_line, offset, (length + Granule - 1) >> _shift);
}
