using System.Runtime.CompilerServices;
using DmaKit.Native;

namespace DmaKit;

/// <summary>The part of a mapping that is copied into blocks of a coalescer.</summary>
internal sealed partial class MappingSlot
{
    private Coalescer? _coalescer;
    private Fragment[] _own = [];
    private Block[] _poolBlocks = [];
    private HeapPiece[] _heapPieces = [];
    private int _blockCount;
    private int _headroom;

    /// <summary>How many bytes of the data are copied into blocks.</summary>
    public long CoalescedBytes { get; private set; }

    /// <summary>How many bytes of the data the device reaches where they lie.</summary>
    public long DirectBytes => Length - BouncedBytes - CoalescedBytes;

    /// <summary>How many blocks it takes.</summary>
    public int BlocksWanted => _plan.Blocks.Length;

    /// <summary>What takes them.</summary>
    public Coalescer? Coalescer => _coalescer;

    /// <summary>The room in front of the data.</summary>
    public Span<byte> Headroom => _headroom == 0 ? [] : HostMemory.Span(HostOf(0), _headroom);

    /// <summary>Takes its blocks where that is one, it is there, and nothing has to be noted.</summary>
    public bool TryTakeSimply() => BlocksWanted == 0 || (BlocksWanted == 1 && Request is null && Adapter.Domain.Delays is null && TryTakeBlock());

    /// <summary>Takes its blocks, and waits for those that are out.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask TakeBlocksAsync(CancellationToken cancellationToken)
    {
        bool turn = BlocksWanted > 1;

        // Two that each want several would wait for each other: one at a time.
        if (turn) await _coalescer!.TakeTurnAsync(Request, cancellationToken).ConfigureAwait(false);
        try
        {
            while (_blockCount < BlocksWanted)
            {
                Room();
                if (_coalescer!.Pool is { } pool)
                {
                    Block block = await (Request is null ? pool.RentAsync(cancellationToken) : pool.RentAsync(Request, cancellationToken)).ConfigureAwait(false);
                    _poolBlocks[_blockCount++] = block;
                }
                else
                {
                    long length = _plan.Blocks[_blockCount];
                    HeapPiece piece = await _coalescer.Heap!.AllocateAsync(
                        length, Adapter.Constraints.ElementAlignment, BoundaryOf(length), name: null, Request, cancellationToken).ConfigureAwait(false);
                    _heapPieces[_blockCount++] = piece;
                }
            }
        }
        finally
        {
            if (turn) _coalescer!.GiveTurn(Request);
        }
    }

    /// <summary>Takes all its blocks. What it has when that is not possible goes back when it is dropped.</summary>
    public bool TryTakeBlocks()
    {
        while (_blockCount < BlocksWanted)
        {
            if (TryTakeBlock()) continue;
            _coalescer!.CountRefused();
            return false;
        }

        return true;
    }

    /// <summary>Takes the next block, if there is one.</summary>
    private bool TryTakeBlock()
    {
        Room();
        if (_coalescer!.Pool is { } pool)
        {
            if (!pool.TryRent(out Block block)) return false;
            _poolBlocks[_blockCount++] = block;
            return true;
        }

        if (!_coalescer.Heap!.TryAllocate(_plan.Blocks[_blockCount], out HeapPiece piece, Adapter.Constraints.ElementAlignment, BoundaryOf(_plan.Blocks[_blockCount]))) return false;
        _heapPieces[_blockCount++] = piece;
        return true;
    }

    private void GiveBlocks()
    {
        if (_blockCount == 0) return;

        if (_coalescer!.Pool is { } pool)
        {
            if (pool.IsDisposed) pool.NoteLate(_poolBlocks.AsSpan(0, _blockCount));
            else if (_blockCount == 1) pool.Return(_poolBlocks[0]);
            else pool.Return(_poolBlocks.AsSpan(0, _blockCount));
        }
        else
        {
            BufferHeap heap = _coalescer.Heap!;
            foreach (HeapPiece piece in _heapPieces.AsSpan(0, _blockCount))
            {
                if (heap.IsDisposed) heap.NoteLate(piece);
                else heap.Free(piece);
            }
        }

        _blockCount = 0;
    }

    private void AddCoalesced(in PlanSegment segment, ref ChainCursor at)
    {
        nint host;
        LogicalAddress start;
        if (_coalescer!.Pool is { } pool) pool.PlaceOf(_poolBlocks[segment.Block], out host, out start);
        else (host, start) = (HostOf(segment.Block), _heapPieces[segment.Block].LogicalAddress);
        host += (nint)segment.Place;
        if (Direction == DmaDirection.FromDevice)
        {
            // As for register pages: the caller sees this request's bytes or zeros.
            FragmentMemory.Clear(host, segment.Length);
            at = FragmentMemory.Advance(Fragments, at, segment.Length);
        }
        else
        {
            at = FragmentMemory.Gather(Fragments, at, host, segment.Length);
        }

        AddElement(start + segment.Place, segment.Length);
        CoalescedBytes += segment.Length;
    }

    private nint HostOf(int block) =>
        _coalescer!.Pool is { } pool ? pool.HostOf(_poolBlocks[block]) : _coalescer.Heap!.HostOf(_heapPieces[block], 0, 0);

    /// <summary>Puts a fragment in front that is no memory yet.</summary>
    private void LeaveHeadroom(int headroom)
    {
        int count = _fragmentCount - _start.Fragment;
        if (_own.Length <= count) _own = new Fragment[count + 8];
        _own[0] = new Fragment(this, 0, headroom, FragmentKind.Headroom);
        _fragments.AsSpan(_start.Fragment, count).CopyTo(_own.AsSpan(1));
        ref Fragment first = ref _own[1];
        first = new Fragment(first.Keeper, first.Start + (nint)_start.Within, first.Length - _start.Within, first.Kind);
        (_fragments, _fragmentCount, _start) = (_own, count + 1, default);
        _asked += headroom;
        _headroom = headroom;
    }

    private long BoundaryOf(long length) => Adapter.Constraints.Boundary >= length ? Adapter.Constraints.Boundary : 0;

    private void Room()
    {
        if (_coalescer!.Pool is not null)
        {
            if (_poolBlocks.Length <= _blockCount) Array.Resize(ref _poolBlocks, Math.Max(4, BlocksWanted));
        }
        else if (_heapPieces.Length <= _blockCount)
        {
            Array.Resize(ref _heapPieces, Math.Max(4, BlocksWanted));
        }
    }
}
