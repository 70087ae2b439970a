using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>A function of this machine that the program has open through VFIO.</summary>
internal sealed class VfioFunction : PciFunction
{
    private const int CommandRegister = 0x04;
    private const uint DecodeIo = 1, DecodeMemory = 2, MasterBit = 4;
    private const int Bars = 6;

    private readonly VfioPlatform _machine;
    private readonly VfioSlot _slot;
    private readonly DeviceFile _device;
    private readonly Region _config;
    private readonly InterruptLoop _loop;
    private readonly InterruptSetup _interrupts;
    private readonly RegisterWindow?[] _windows = new RegisterWindow?[Bars];
    private readonly List<MappedArea> _areas = [];
    private readonly Lock _gate = new();
    private string? _lost;
    private int _closed;

    internal VfioFunction(VfioPlatform machine, VfioSlot slot, DmaDomain domain, DeviceFile device, InterruptLoop loop)
    {
        _machine = machine;
        _slot = slot;
        _device = device;
        _loop = loop;
        Domain = domain;
        _config = device.AskRegion(Region.Config) ?? throw new DmaException($"The kernel shows no configuration space of {slot.Info.Address}.");
        Config = new VfioConfigSpace(this, device, _config);
        SetCommand(DecodeIo | DecodeMemory, MasterBit);
        _interrupts = new InterruptSetup(this, device, loop, machine.Options.AllowMessages, machine.Misuse);
        _interrupts.WatchLosses(this);
    }

    public override PciFunctionInfo Info => _slot.Info;

    public override DmaPlatform Platform => _machine;

    public override DmaDomain Domain { get; }

    public override PciConfigSpace Config { get; }

    public override IReadOnlyList<InterruptVector> Interrupts => _interrupts.Vectors;

    public override bool CanReset => _device.CanReset;

    public override bool BusMaster
    {
        get => (Config.Read16(CommandRegister) & MasterBit) != 0;
        set
        {
            if (value) SetCommand(MasterBit, 0);
            else SetCommand(0, MasterBit);
        }
    }

    public override RegisterWindow MapBar(int bar)
    {
        ThrowIfGone();
        Region? region = bar is >= 0 and < Bars ? _device.AskRegion(bar) : null;
        if (region is null) throw new ArgumentOutOfRangeException(nameof(bar), bar, $"{Info.Address} ({Info.Description}) has no base address register {bar}.");
        lock (_gate)
        {
            if (_windows[bar] is { } made) return made;
            MappedArea[] areas = [.. region.Areas.Select(a => _device.Map(region, a.Start, a.Length)).OfType<MappedArea>()];
            _areas.AddRange(areas);
            return _windows[bar] = new VfioBarWindow(this, _device, region, areas);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        CallbackContext.Forbid("PciFunction.DisposeAsync", "close the function from outside its handlers");
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _interrupts.Detach();
        await _loop.DrainAsync().ConfigureAwait(false);
        QuietProof? proof = Close();
        CloseAdapters(proof);
        _machine.Close(_slot, this);
    }

    /// <summary>The registers are out of reach: the function was closed, or the device is lost.</summary>
    internal void ThrowIfGone()
    {
        if (_lost is { } why) throw new DeviceLostException($"{Info.Address} is lost: {why}.");
        ObjectDisposedException.ThrowIf(_closed != 0, this);
    }

    /// <summary>The device is gone for good. Called on the interrupts' thread.</summary>
    internal void Lose(string why)
    {
        lock (_gate)
        {
            if (_lost is not null || _closed != 0) return;
            _lost = why;
        }

        // The kernel waits until the function is closed. What it does then, bus mastering off and a reset where there is one, ends its transfers; and what is given back now leaves the IOMMU's table first.
        _interrupts.Detach();
        Release();
        NotifyLost();
    }

    /// <summary>Gives the mapped registers' places back; after the platform was closed.</summary>
    internal void Unmap()
    {
        foreach (MappedArea area in _areas) area.Dispose();
    }

    protected override ValueTask ResetCoreAsync(CancellationToken cancellationToken)
    {
        ThrowIfGone();
        int error = _device.Reset();
        if (error != 0) throw new DmaException($"{Info.Address} was not reset: {Kernel.Words(error)}.");

        // A reset forgets the command register; the kernel restores what it was, without bus mastering.
        SetCommand(DecodeIo | DecodeMemory, MasterBit);
        _machine.Forget(_slot, Domain);
        _slot.Remembers = Domain;
        return ValueTask.CompletedTask;
    }

    private QuietProof? Close()
    {
        if (_lost is not null)
        {
            _interrupts.SwitchOff();
            return QuietProof.DeviceGone;
        }

        bool reset = false;
        try
        {
            Write(0, MasterBit);
            reset = _device.CanReset && _device.Reset() == 0;
        }
        catch (DeviceLostException)
        {
            // Then it does nothing any more, as far as anybody can tell; that is no proof.
        }

        _interrupts.SwitchOff();
        Release();
        if (!reset) return null;
        _machine.Forget(_slot, Domain);
        return QuietProof.FunctionReset;
    }

    private void Release()
    {
        lock (_gate)
        {
            foreach (MappedArea area in _areas) area.Retire();
        }

        _device.Dispose();
    }

    private void SetCommand(uint on, uint off)
    {
        ThrowIfGone();
        Write(on, off);
    }

    private void Write(uint on, uint off)
    {
        lock (_gate)
        {
            ulong command = _device.Read(_config, CommandRegister, sizeof(ushort));
            _device.Write(_config, CommandRegister, sizeof(ushort), (command | on) & ~(ulong)off);
        }
    }
}
