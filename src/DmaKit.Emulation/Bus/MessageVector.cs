using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>A message-signalled interrupt. What is sent while it is masked stays pending; several become one.</summary>
internal sealed class MessageVector : InterruptVector
{
    private readonly Lock _gate = new();
    private readonly PciSlot _slot;
    private readonly WorkLoop _loop;
    private readonly Action _deliver;
    private bool _masked = true;
    private bool _pending;
    private bool _queued;
    private bool _closed;

    internal MessageVector(PciFunction function, PciSlot slot, int index, InterruptKind kind, WorkLoop loop)
        : base(function, index, kind)
    {
        _slot = slot;
        _loop = loop;
        _deliver = DeliverPending;
    }

    /// <summary>The device sent it.</summary>
    internal void Raise()
    {
        lock (_gate)
        {
            _pending = true;
            if (!TryQueue()) return;
        }

        _loop.Post(new WorkItem(_deliver));
    }

    /// <summary>The function closes or was reset: what is pending is forgotten.</summary>
    internal void Forget(bool close)
    {
        lock (_gate)
        {
            _pending = false;
            _closed |= close;
            _masked |= close;
        }
    }

    protected override void SetMasked(bool masked)
    {
        lock (_gate)
        {
            _masked = masked || _closed;
            if (!TryQueue()) return;
        }

        _loop.Post(new WorkItem(_deliver));
    }

    private bool TryQueue()
    {
        if (_masked || !_pending || _queued) return false;
        _queued = true;
        return true;
    }

    private void DeliverPending()
    {
        lock (_gate)
        {
            _queued = false;
            if (_masked || !_pending) return;
            _pending = false;
        }

        _slot.NoteDelivery(this);
        Deliver();
    }
}
