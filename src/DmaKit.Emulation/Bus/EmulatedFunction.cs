using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>A function of the machine that a program has open.</summary>
internal sealed class EmulatedFunction : PciFunction
{
    private readonly EmulatedPlatform _machine;
    private readonly PciSlot _slot;
    private readonly InterruptVector[] _vectors;
    private readonly RegisterWindow?[] _windows = new RegisterWindow?[6];
    private int _closed;

    internal EmulatedFunction(EmulatedPlatform machine, PciSlot slot)
    {
        _machine = machine;
        _slot = slot;
        Config = new FunctionConfigSpace(slot);
        _vectors = MakeVectors();
    }

    public override PciFunctionInfo Info => _slot.Info;

    public override DmaPlatform Platform => _machine;

    public override DmaDomain Domain => _slot.Domain.Core;

    public override PciConfigSpace Config { get; }

    public override IReadOnlyList<InterruptVector> Interrupts => _vectors;

    public override bool CanReset => _slot.Model.Identity.HasFunctionReset;

    public override bool BusMaster
    {
        get => !_slot.Host.IsLost && (Config.Read16(ConfigurationSpace.Command) & ConfigurationSpace.CommandBusMaster) != 0;
        set
        {
            ThrowIfClosed();
            SetBusMaster(value);
        }
    }

    internal LineVector? LineVector => _vectors is [LineVector line] ? line : null;

    public override RegisterWindow MapBar(int bar)
    {
        ThrowIfClosed();
        if (_slot.Bar(bar, out bool isTable) is not { } assigned)
            throw new ArgumentOutOfRangeException(nameof(bar), bar, $"{Info.Address} ({Info.Description}) has no base address register {bar}.");
        return _windows[bar] ??= new BarWindow(this, _slot, assigned, isTable);
    }

    public override async ValueTask DisposeAsync()
    {
        CallbackContext.Forbid("PciFunction.DisposeAsync", "close the function from outside its handlers");
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        SetBusMaster(false);
        ForgetInterrupts(close: true);
        await _machine.Interrupts.DrainAsync().ConfigureAwait(false);
        bool lost = _slot.Host.IsLost;
        if (CanReset && !lost) _slot.Reset();
        CloseAdapters(lost ? QuietProof.DeviceGone : CanReset ? QuietProof.FunctionReset : null);
        _slot.Close(this);
    }

    internal MessageVector? Message(int vector) => vector < _vectors.Length ? _vectors[vector] as MessageVector : null;

    internal void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed != 0, this);

    /// <summary>Forgets what is pending; with <paramref name="close"/>, nothing is delivered any more either.</summary>
    internal void ForgetInterrupts(bool close)
    {
        foreach (InterruptVector vector in _vectors)
        {
            if (vector is MessageVector message) message.Forget(close);
            else if (close && vector is LineVector line) line.Close();
        }
    }

    /// <summary>The device is gone for good.</summary>
    internal void Lose() => NotifyLost();

    protected override ValueTask ResetCoreAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfClosed();
        _slot.Reset();
        return ValueTask.CompletedTask;
    }

    /// <summary>As on other platforms: what is read is changed and written back, whatever it is.</summary>
    private void SetBusMaster(bool on)
    {
        if (_slot.Host.IsLost) return;
        int command = Config.Read16(ConfigurationSpace.Command);
        Config.Write16(ConfigurationSpace.Command, (ushort)(on ? command | ConfigurationSpace.CommandBusMaster : command & ~ConfigurationSpace.CommandBusMaster));
    }

    private InterruptVector[] MakeVectors()
    {
        Devices.DeviceIdentity identity = _slot.Model.Identity;
        bool messages = _machine.Options.AllowMessages;
        (InterruptKind kind, int count) = messages && identity.MessageXVectors > 0 ? (InterruptKind.MessageX, identity.MessageXVectors)
            : messages && identity.MessageVectors > 0 ? (InterruptKind.Message, identity.MessageVectors)
            : (InterruptKind.Line, identity.HasInterruptPin ? 1 : 0);
        if (kind == InterruptKind.Line) return count == 0 ? [] : [new LineVector(this, _slot)];
        var vectors = new InterruptVector[count];
        for (int i = 0; i < count; i++) vectors[i] = new MessageVector(this, _slot, i, kind, _machine.Interrupts);
        return vectors;
    }
}
