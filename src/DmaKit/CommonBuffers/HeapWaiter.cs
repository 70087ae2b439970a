namespace DmaKit;

/// <summary>A call that waits for a piece of a heap.</summary>
internal sealed class HeapWaiter(BufferHeap heap) : ResultWaiter<HeapPiece>(heap.Adapter)
{
    private HeapPiece _piece;
    private long _length;
    private string? _name;

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

    protected override HeapPiece Hand() => heap.Hand(_piece, Request);

    protected override void Recycle() => heap.Recycle(this);
}
