using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>A function of QEMU's machine that the program has open.</summary>
internal sealed class QemuFunction : PciFunction
{
    private const int CommandRegister = 0x04;
    private const uint DecodeIo = 1, DecodeMemory = 2, MasterBit = 4, LineDisable = 1 << 10;

    private readonly QemuPlatform _machine;
    private readonly QemuSlot _slot;
    private readonly ConfigAccess _config;
    private readonly QtestClient _client;
    private readonly InterruptPump _pump;
    private readonly MessageSetup? _messages;
    private readonly InterruptVector[] _vectors;
    private readonly RegisterWindow?[] _windows = new RegisterWindow?[6];
    private readonly Lock _gate = new();
    private uint _command = DecodeIo | DecodeMemory | LineDisable;
    private int _closed;

    internal QemuFunction(QemuPlatform machine, QemuSlot slot, DmaDomain domain, ConfigAccess config, QtestClient client, InterruptPump pump)
    {
        _machine = machine;
        _slot = slot;
        Domain = domain;
        _config = config;
        _client = client;
        _pump = pump;
        Config = new QemuConfigSpace(config, slot.Number, slot.Capabilities.Express != 0 ? 4096 : 256);
        config.Write(slot.Number, CommandRegister, 2, _command);
        _messages = machine.Options.AllowMessages ? MessageSetup.For(this, slot, domain.Memory, config, client) : null;
        _vectors = _messages is not null ? _messages.MakeVectors(this, pump)
            : slot.Pin == 0 ? []
            : [new LineVector(this, pump, slot.Line)];
        pump.Attach(_vectors);
    }

    public override PciFunctionInfo Info => _slot.Info;

    public override DmaPlatform Platform => _machine;

    public override DmaDomain Domain { get; }

    public override PciConfigSpace Config { get; }

    public override IReadOnlyList<InterruptVector> Interrupts => _vectors;

    public override bool CanReset => false;

    public override bool BusMaster
    {
        get => (Config.Read16(CommandRegister) & MasterBit) != 0;
        set
        {
            ThrowIfClosed();
            SetCommand(MasterBit, value);
            _client.Flush();
        }
    }

    public override RegisterWindow MapBar(int bar)
    {
        ThrowIfClosed();
        foreach (QemuBar candidate in _slot.Bars)
            if (candidate.Number == bar) return _windows[bar] ??= new QemuBarWindow(this, _client, _pump, candidate);
        throw new ArgumentOutOfRangeException(nameof(bar), bar, $"{Info.Address} ({Info.Description}) has no base address register {bar}.");
    }

    public override async ValueTask DisposeAsync()
    {
        CallbackContext.Forbid("PciFunction.DisposeAsync", "close the function from outside its handlers");
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _pump.Detach(_vectors);
        await _pump.DrainAsync().ConfigureAwait(false);
        try
        {
            SetCommand(MasterBit, on: false);
            SetCommand(LineDisable, on: true);
            _messages?.SwitchOff();
            _client.Flush();
        }
        catch (DeviceLostException)
        {
            // Then it does nothing any more.
        }

        // Bus mastering off is no proof, and this machine's functions have no reset of their own: what is not known to be quiet stays.
        CloseAdapters(_machine.IsLost ? QuietProof.DeviceGone : null);
        _messages?.Release();
        lock (_slot.Gate) _slot.Open = null;
    }

    internal void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed != 0, this);

    /// <summary>QEMU is gone for certain.</summary>
    internal void Lose() => NotifyLost();

    /// <summary>Lets the function's level onto its line, or keeps it off.</summary>
    internal void AllowLine(bool allow)
    {
        try
        {
            SetCommand(LineDisable, !allow);
        }
        catch (DeviceLostException)
        {
            // No line any more.
        }
    }

    protected override ValueTask ResetCoreAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private void SetCommand(uint bit, bool on)
    {
        lock (_gate)
        {
            _command = on ? _command | bit : _command & ~bit;
            _config.Write(_slot.Number, CommandRegister, 2, _command);
        }
    }
}
