using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A call that waits for a piece of a heap.</summary>
internal sealed class HeapWaiter(BufferHeap heap) : Waiter(heap.Adapter), IValueTaskSource<HeapPiece>
{
    private ManualResetValueTaskSourceCore<HeapPiece> _source;
    private HeapPiece _piece;
    private long _length;
    private string? _name;

    public short Version => _source.Version;

    public PieceWish Wish { get; private set; }

    public HeapPiece Piece => _piece;

    public override long Wanted => Wish.Granules;

    public override bool WantsOneRun => true;

    public override Hold Hold => heap.HoldOf(_piece);

    public void Prepare(WaitLine line, DmaRequest? request, in PieceWish wish, long length, string? name)
    {
        (Wish, _length, _name) = (wish, length, name);
        Renew(line, request);
    }

    public bool TryTake() => heap.TryTakeWaited(Wish, _length, _name, out _piece);

    protected override void Deliver(Exception? error)
    {
        if (error is null) _source.SetResult(heap.Hand(_piece, Request));
        else _source.SetException(error);
    }

    HeapPiece IValueTaskSource<HeapPiece>.GetResult(short token)
    {
        bool ended = _source.Version == token && _source.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if (ended)
            {
                _source.Reset();
                heap.Recycle(this);
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<HeapPiece>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<HeapPiece>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
