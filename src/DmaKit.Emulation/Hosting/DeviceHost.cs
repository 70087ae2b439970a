using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>Hosts one device model: gives it its turns, carries its transfers and its interrupts.</summary>
/// <remarks>
/// Safe from any thread. Two locks: the turn, in which the model runs, and the gate of transfers, which is held only while bytes
/// move. The gate is taken inside the turn, never the other way round.
/// </remarks>
internal sealed class DeviceHost : DevicePort
{
    private readonly Lock _turn = new();
    private readonly TransferGate _transfers = new();
    private readonly PciSlot _slot;
    private readonly DeviceModel _model;
    private readonly WorkLoop _loop;
    private Exception? _lost;
    private bool _isLost;
    private int _epoch;

    internal DeviceHost(PciSlot slot, DeviceModel model, WorkLoop loop, TimeProvider clock)
    {
        _slot = slot;
        _model = model;
        _loop = loop;
        Clock = clock;
    }

    public override TimeProvider Clock { get; }

    internal WorkLoop Loop => _loop;

    internal bool IsLost => _isLost;

    internal void Attach()
    {
        lock (_turn) _model.Attach(this);
    }

    public override bool TryRead(LogicalAddress address, Span<byte> destination)
    {
        string? refused;
        long done = 0;
        _transfers.Enter();
        try
        {
            refused = _slot.WhyNoTransfers();
            if (refused is null) _slot.Domain.Memory.TryRead(address.Value, destination, out done, out refused);
        }
        finally
        {
            _transfers.Exit();
        }

        _slot.Trace?.Invoke($"{_slot.Stamp} dma read {address} {destination.Length}{(refused is null ? "" : " refused: " + refused)}");
        _slot.CountTransfer(destination.Length);
        if (refused is null) return true;
        _slot.Refused(address + done, destination.Length - done, isWrite: false, refused);
        return false;
    }

    public override bool TryWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        string? refused;
        long done = 0;
        _transfers.Enter();
        try
        {
            refused = _slot.WhyNoTransfers();
            if (refused is null) _slot.Domain.Memory.TryWrite(address.Value, source, out done, out refused);
        }
        finally
        {
            _transfers.Exit();
        }

        _slot.Trace?.Invoke($"{_slot.Stamp} dma write {address} {source.Length}{(refused is null ? "" : " refused: " + refused)}");
        _slot.CountTransfer(source.Length);
        if (refused is null) return true;
        _slot.Refused(address + done, source.Length - done, isWrite: true, refused);
        return false;
    }

    public override void SignalInterrupt(int vector, bool asserted)
    {
        if (!_isLost) _slot.Signal(vector, asserted);
    }

    public override void Defer(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        _loop.Post(new WorkItem(work, this, _epoch));
    }

    public override void Schedule(TimeSpan delay, Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        _loop.PostLater(delay, new WorkItem(work, this, _epoch));
    }

    public override void CancelWork()
    {
        Interlocked.Increment(ref _epoch);
        _loop.Forget(this);
    }

    /// <summary>One piece of deferred or scheduled work, unless it was cancelled meanwhile.</summary>
    internal void RunTurn(Action work, int epoch)
    {
        lock (_turn)
        {
            if (_isLost || epoch != _epoch) return;
            try
            {
                work();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Lose(e);
            }
        }
    }

    internal ulong ReadRegister(int bar, long offset, int size)
    {
        lock (_turn)
        {
            ThrowIfLost();
            try
            {
                ulong value = _model.Read(bar, offset, size);
                _slot.Trace?.Invoke($"{_slot.Stamp} read bar{bar}+0x{offset:X} {size} = 0x{value:X}");
                return value;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw Lose(e);
            }
        }
    }

    internal void WriteRegister(int bar, long offset, int size, ulong value)
    {
        lock (_turn)
        {
            ThrowIfLost();
            try
            {
                _slot.Trace?.Invoke($"{_slot.Stamp} write bar{bar}+0x{offset:X} {size} = 0x{value:X}");
                _model.Write(bar, offset, size, value);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw Lose(e);
            }
        }
    }

    /// <summary>The function's reset: nothing that the device began before goes on after it.</summary>
    internal void Reset()
    {
        lock (_turn)
        {
            if (_isLost) return;
            CancelWork();
            try
            {
                _model.Reset();
                _slot.Trace?.Invoke($"{_slot.Stamp} reset");
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Lose(e);
            }
        }
    }

    /// <summary>The device is pulled out of the machine: from here on it does nothing and answers nothing.</summary>
    internal void Remove()
    {
        lock (_turn)
        {
            ShutOut();
            CancelWork();
        }
    }

    /// <summary>Returns when no transfer moves that began before.</summary>
    internal void PassTransfers() => _transfers.Pass();

    /// <summary>Closes what the model has open.</summary>
    internal void Close()
    {
        lock (_turn)
        {
            ShutOut();
            _model.Dispose();
        }
    }

    private void ShutOut()
    {
        _isLost = true;
        _transfers.Pass();
    }

    private void ThrowIfLost()
    {
        if (_isLost)
            throw new DeviceLostException($"{_slot.Info.Address} does not answer: {(_lost is null ? "it was removed from the machine" : "its model failed")}.", _lost);
    }

    private DeviceLostException Lose(Exception cause)
    {
        _lost = cause;
        ShutOut();
        CancelWork();
        _slot.ModelFailed(cause);
        return new DeviceLostException($"{_slot.Info.Address} does not answer: its model failed with {cause.GetType().Name}: {cause.Message}", cause);
    }
}
