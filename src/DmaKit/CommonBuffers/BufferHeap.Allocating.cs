using System.Runtime.CompilerServices;

namespace DmaKit;

public sealed partial class BufferHeap
{
    /// <summary>Takes a piece, if there is room. Legal in callback context.</summary>
    /// <param name="length">The length in bytes, 1 or more.</param>
    /// <param name="piece">The piece; not cleared.</param>
    /// <param name="alignment">
    /// What the piece's logical address must be a multiple of, in bytes: a power of two; 0 for the granule. More than a page is legal.
    /// </param>
    /// <param name="boundary">
    /// A power of two that the piece may not cross a multiple of, in bytes; 0 for none but the device's own, which a piece that is short enough never crosses.
    /// </param>
    /// <param name="name">A name for snapshots and pictures, or null. Naming allocates where it is new.</param>
    /// <returns>False when nothing fits: not an error.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A length or alignment that is not legal, or a length beyond the boundary.</exception>
    /// <exception cref="ObjectDisposedException">The heap was disposed.</exception>
    public bool TryAllocate(long length, out HeapPiece piece, int alignment = 0, long boundary = 0, string? name = null)
    {
        if ((length - 1) >>> 32 != 0 || alignment != 0 || boundary != 0 || _deviceBoundary != 0) return TryPlace(length, out piece, alignment, boundary, name);
        uint granules = (uint)((length + Granule - 1) >> _shift);
        return (_frontCaches && name is null && TryTakeKept(granules, length, out piece)) || TryTake(granules, length, 1, 0, name, out piece);
    }

    /// <summary>Takes a piece. Legal in callback context.</summary>
    /// <inheritdoc cref="TryAllocate"/>
    /// <exception cref="DmaResourceException">Nothing fits; the exception says how long the longest free run is.</exception>
    public HeapPiece Allocate(long length, int alignment = 0, long boundary = 0, string? name = null)
    {
        if (TryAllocate(length, out HeapPiece piece, alignment, boundary, name)) return piece;
        BufferHeapStatistics figures = Statistics;
        throw new DmaResourceException(
            $"Heap '{Name}' has no room for a piece of {length} bytes{(alignment != 0 ? $", alignment {alignment}" : "")}{(boundary != 0 ? $", boundary {boundary}" : "")}: "
            + $"{figures.FreeBytes} of {figures.Capacity} bytes are free in {figures.FreeRuns} runs, the longest of {figures.LargestFreeRun}. "
            + "Free pieces, ask for less, or make the heap larger.",
            length, figures.LargestFreeRun);
    }

    /// <summary>Frees a piece. Legal in callback context, and from any thread.</summary>
    /// <param name="piece">A piece of this heap. All its handles are stale afterwards.</param>
    /// <exception cref="DmaMisuseException">The piece was freed already, or is of another heap.</exception>
    public void Free(HeapPiece piece)
    {
        if (piece.HeapId != Id) HeapMisuse.ThrowForeign(this, piece);
        if (!TryFree(piece)) HeapMisuse.ThrowStale(this, piece, HeapMisuse.Twice);
    }

    /// <summary>Merges the freed pieces that front caches keep with their neighbours, as happens by itself when nothing else fits. Legal in callback context.</summary>
    /// <returns>How many pieces that were; 0 without <see cref="BufferHeapOptions.FrontCaches"/>.</returns>
    public int Merge()
    {
        _gate.Enter();
        int merged = _core.Merge();
        _gate.Leave();
        return merged;
    }

    /// <summary>As <see cref="Free"/>, for disposal: misuse is reported.</summary>
    internal void FreeQuietly(in HeapPiece piece)
    {
        if (!TryFree(piece)) Adapter.Function.Platform.Misuse.Report(new MisuseReport(HeapMisuse.Twice, HeapMisuse.Stale(this, piece), Name));
    }

    /// <summary>The library gives back a piece after the heap was disposed: see <see cref="BlockPool.NoteLate"/>.</summary>
    internal void NoteLate(in HeapPiece piece)
    {
        if (_requests is not null) NoteGiven(piece);
        if (_observer is not null && _core.TryRead(piece.Node, piece.Generation, out uint at)) _observer.OnReturned(this, RangeOf(at, piece.Length));
    }

    private bool TryFree(in HeapPiece piece)
    {
        if (_requests is not null) NoteGiven(piece);

        // Told before somebody else can have the memory, so that the observer sees its owners in order.
        if (_observer is not null && _core.TryRead(piece.Node, piece.Generation, out uint at)) _observer.OnReturned(this, RangeOf(at, piece.Length));
        _gate.Enter();
        bool freed = _core.Free(piece.Node, piece.Generation, out bool named);
        if (freed)
        {
            _liveBytes -= piece.Length;
            _livePieces--;
            if (named) _names!.Remove(piece.Node);
        }

        bool awaited = _awaited;
        _gate.Leave();
        if (awaited) _line.GrantInOrder();
        return freed;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryPlace(long length, out HeapPiece piece, int alignment, long boundary, string? name)
    {
        PieceWish wish = Wish(length, alignment, boundary);
        if (length > Capacity)
        {
            Interlocked.Increment(ref _failures);
            piece = default;
            return false;
        }

        return TryTake(wish.Granules, length, wish.Alignment, wish.Boundary, name, out piece);
    }

    /// <summary>What is asked, checked and in granules.</summary>
    private PieceWish Wish(long length, int alignment, long boundary)
    {
        if (length < 1) throw new ArgumentOutOfRangeException(nameof(length), length, $"A piece of {length} bytes; legal: 1 or more.");
        if (alignment < 0 || (alignment & (alignment - 1)) != 0) throw new ArgumentOutOfRangeException(nameof(alignment), alignment, $"Alignment is {alignment}; legal: 0, or a power of two in bytes.");
        if (boundary < 0 || (boundary & (boundary - 1)) != 0) throw new ArgumentOutOfRangeException(nameof(boundary), boundary, $"Boundary is {boundary}; legal: 0, or a power of two in bytes.");
        if (boundary != 0 && length > boundary) throw new ArgumentOutOfRangeException(nameof(length), length, $"A piece of {length} bytes crosses every multiple of {boundary} that it meets; legal: 1 to {boundary}.");
        alignment = Math.Max(alignment, _deviceAlignment);
        if (length <= _deviceBoundary) boundary = boundary == 0 ? _deviceBoundary : Math.Min(boundary, _deviceBoundary);
        uint granules = (uint)Math.Min(uint.MaxValue, (length + Granule - 1) >> _shift);

        // Below a granule a boundary asks nothing: pieces start on granules. One that is no longer than a granule fits in it.
        ulong limit = boundary <= Granule ? 0UL : (ulong)boundary >> _shift;
        return new PieceWish(granules, alignment <= Granule ? 1UL : (ulong)alignment >> _shift, limit);
    }

    /// <summary>The short way: a piece that rests in a front cache, for somebody who asks for nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTakeKept(uint granules, long length, out HeapPiece piece)
    {
        _gate.Enter();
        // Whoever comes now passes nobody who waits.
        if (_disposed || _awaited || !_core.TryTakeKept(granules, out ulong handle))
        {
            _gate.Leave();
            piece = default;
            return false;
        }

        CountLocked(length);
        piece = new HeapPiece((uint)handle, (uint)(handle >> 32), Id, length);
        if (_observer is not null)
        {
            uint offset = _core.OffsetOf((uint)handle);
            _gate.Leave();
            _observer.OnRented(this, RangeOf(offset, length));
            return true;
        }

        _gate.Leave();
        return true;
    }

    private bool TryTake(uint granules, long length, ulong alignment, ulong boundary, string? name, out HeapPiece piece, bool waited = false)
    {
        _gate.Enter();
        if (_disposed)
        {
            _gate.Leave();
            throw new ObjectDisposedException(Name, $"Heap '{Name}' was disposed.");
        }

        if (_core.Crowded) GrowGuarded();

        // Whoever did not wait passes nobody who does.
        uint node = granules > _core.Length || (_awaited && !waited) ? 0
            : waited ? _core.AllocatePatiently(granules, alignment, boundary) : _core.Allocate(granules, alignment, boundary);
        if (node == 0)
        {
            if (waited) _awaited = true;
            else _failures++;
            _gate.Leave();
            piece = default;
            return false;
        }

        CountLocked(length);
        if (name is not null) RememberGuarded(node, name);
        piece = new HeapPiece(node, _core.GenerationOf(node), Id, length);
        uint offset = _core.OffsetOf(node);
        _gate.Leave();

        // Under the gate of the line no observer is told: the one who waited is handed the piece later.
        if (!waited) _observer?.OnRented(this, RangeOf(offset, length));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountLocked(long length)
    {
        _allocations++;
        _liveBytes += length;
        if (_liveBytes > _peakBytes) _peakBytes = _liveBytes;
        if (++_livePieces > _peakPieces) _peakPieces = _livePieces;
    }

    /// <summary>What allocates under the gate leaves it when there is no memory.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GrowGuarded()
    {
        try
        {
            _core.Grow();
        }
        catch
        {
            _gate.Leave();
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RememberGuarded(uint node, string name)
    {
        try
        {
            (_names ??= [])[node] = name;
            _core.MarkNamed(node);
        }
        catch
        {
            _gate.Leave();
            throw;
        }
    }

    private LogicalRange RangeOf(uint offset, long length) => new(new LogicalAddress(_logical + ((ulong)offset << _shift)), length);
}
