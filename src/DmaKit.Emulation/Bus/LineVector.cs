using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>A function's share of an interrupt line. Masking it keeps this function's level off the line, as INTx disable does; its neighbours go on.</summary>
internal sealed class LineVector(PciFunction function, PciSlot slot) : InterruptVector(function, 0, InterruptKind.Line)
{
    private readonly PciSlot _slot = slot;
    private int _masked = 1;
    private bool _closed;

    internal bool IsMasked => _masked != 0;

    internal bool DeliverLine()
    {
        if (IsMasked) return false;
        _slot.NoteDelivery(this);
        return Deliver();
    }

    /// <summary>The function closes: nothing comes any more.</summary>
    internal void Close()
    {
        _closed = true;
        SetMasked(true);
    }

    protected override void SetMasked(bool masked)
    {
        Interlocked.Exchange(ref _masked, masked || _closed ? 1 : 0);
        if (!masked) _slot.Line.Evaluate(revive: true);
    }
}
