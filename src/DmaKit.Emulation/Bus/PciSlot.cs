using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>A device in the machine, whether a program has it open or not: its place on the bus, its wiring, its host.</summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class PciSlot
{
    private const int MostUntold = 256;

    private readonly EmulatedPlatform _machine;
    private readonly AssignedBar[] _bars;
    private readonly int _tableBar = -1;
    private EmulatedFunction? _open;
    private bool _asserted;
    private bool _busMaster;
    private bool _decodesMemory = true;
    private bool _decodesIo = true;
    private bool _lineDisabled;
    private bool _messagesOn;
    private bool _messagesXOn;
    private long _transfers;
    private long _transferBytes;
    private long _refused;
    private long _interrupts;
    private int _untold;

    internal PciSlot(EmulatedPlatform machine, PciAddress address, DeviceModel model, BarAllocator bars, DmaDomain domain, LogicalMemory memory)
    {
        _machine = machine;
        Address = address;
        Model = model;
        Domain = new SlotDomain(domain, memory);
        DeviceIdentity identity = model.Identity;
        Info = new PciFunctionInfo(address.ToString(), identity.VendorId, identity.DeviceId, identity.ClassCode, identity.Description);
        Line = machine.LineAt(address.Line);

        List<BarSpecification> wanted = [.. identity.Bars];
        if (identity.MessageXVectors > 0 && machine.Options.AllowMessages)
        {
            _tableBar = Enumerable.Range(0, 6).LastOrDefault(n => wanted.TrueForAll(b => b.Number != n && !(b.Is64Bit && b.Number + 1 == n)), -1);
            if (_tableBar < 0) throw new ArgumentException($"{identity.Description} leaves no base address register free for its MSI-X table.", nameof(model));
            wanted.Add(new BarSpecification(_tableBar, MessageTable.LengthFor(identity.MessageXVectors)));
            Table = new MessageTable(identity.MessageXVectors, vector => _open?.Message(vector)?.Raise());
        }

        _bars = [.. wanted.OrderBy(b => b.Number).Select(bars.Assign)];
        Config = new ConfigurationSpace(
            machine.Options.AllowMessages ? identity : identity with { MessageVectors = 0, MessageXVectors = 0 },
            _bars, _tableBar, identity.HasInterruptPin ? address.Pin : 0, address.Line, ConfigChanged, Reset);
        Host = new DeviceHost(this, model, machine.LoopFor(address), machine.Clock);
        Host.Attach();
    }

    internal PciAddress Address { get; }

    internal PciFunctionInfo Info { get; }

    internal DeviceModel Model { get; }

    internal DeviceHost Host { get; }

    internal ConfigurationSpace Config { get; }

    internal MessageTable? Table { get; }

    internal InterruptLine Line { get; }

    internal SlotDomain Domain { get; }

    internal WorkLoop Interrupts => _machine.Interrupts;

    internal Action<string>? Trace => _machine.Options.Trace;

    /// <summary>How a line of the trace begins: when, and who.</summary>
    internal string Stamp => _machine.StampFor(Info.Address);

    /// <summary>The vector on the line of the function that is open; null without one.</summary>
    internal LineVector? LineVector => _open?.LineVector;

    /// <summary>Whether the device pulls its line up, as seen from the line.</summary>
    internal bool AssertsLine => _asserted && !_lineDisabled && !_messagesOn && !_messagesXOn && LineVector is { IsMasked: false };

    internal FunctionStatistics Statistics => new(
        Info.Address,
        Interlocked.Read(ref _transfers),
        Interlocked.Read(ref _transferBytes),
        Interlocked.Read(ref _refused),
        Interlocked.Read(ref _interrupts));

    internal EmulatedFunction Open(EmulatedFunction function)
    {
        if (Interlocked.CompareExchange(ref _open, function, null) is not null)
            throw new DmaException($"Function {Info.Address} ({Info.Description}) is open already; a function belongs to one user at a time.");
        return function;
    }

    internal void Close(EmulatedFunction function) => Interlocked.CompareExchange(ref _open, null, function);

    internal EmulatedFunction? OpenFunction => _open;

    internal bool Decodes(bool io) => io ? _decodesIo : _decodesMemory;

    internal AssignedBar? Bar(int number, out bool isTable)
    {
        isTable = number == _tableBar;
        return Array.Find(_bars, b => b.Number == number);
    }

    /// <summary>Configuration space as the program reads it: a device that is wrapped may answer something else than the machine has there.</summary>
    internal uint ReadConfiguration(int offset, int size)
    {
        uint value = Config.Read(offset, size);
        return Model is DeviceInterposer wrapped ? wrapped.OnConfigurationRead(offset, size, value) : value;
    }

    /// <summary>Why the device may not transfer now; null when it may. Called under its gate of transfers.</summary>
    internal string? WhyNoTransfers() =>
        Host.IsLost ? "the device is gone" : _busMaster ? null : "bus mastering is off";

    internal void CountTransfer(long bytes)
    {
        Interlocked.Increment(ref _transfers);
        Interlocked.Add(ref _transferBytes, bytes);
    }

    /// <summary>
    /// A transfer was refused: told in order with the interrupts that follow it, not on the device's stack. A device that is refused
    /// without pause is counted, but not told of more often than somebody listens.
    /// </summary>
    internal void Refused(LogicalAddress address, long length, bool isWrite, string reason)
    {
        Interlocked.Increment(ref _refused);
        if (Interlocked.Increment(ref _untold) > MostUntold)
        {
            Interlocked.Decrement(ref _untold);
            return;
        }

        var fault = new DmaFault(Info.Address, address, length, isWrite, reason);
        Interrupts.Post(new WorkItem((Action)(() =>
        {
            Interlocked.Decrement(ref _untold);
            Domain.Core.ReportFault(fault);
        })));
    }

    /// <summary>The device's interrupt output.</summary>
    internal void Signal(int vector, bool asserted)
    {
        // The level is kept while messages are on, too: when they are switched off, the line is what the device has it at, and not what it was before.
        if (vector == 0)
        {
            _asserted = asserted;
            Config.ShowLine(asserted);
        }

        if (_messagesXOn || _messagesOn)
        {
            if (asserted) Send(vector);
            return;
        }

        if (vector != 0) return;
        Trace?.Invoke($"{Stamp} line {Line.Name} {(asserted ? "high" : "low")}");
        if (asserted) Line.Evaluate();
    }

    internal void NoteDelivery(InterruptVector vector)
    {
        Interlocked.Increment(ref _interrupts);
        Trace?.Invoke($"{Stamp} interrupt {vector.Index} delivered");
    }

    /// <summary>The function's reset: the device is as after power-on, its configuration as before.</summary>
    internal void Reset()
    {
        Host.Reset();
        _asserted = false;
        Config.ShowLine(false);
        Table?.Reset();
        _open?.ForgetInterrupts(close: false);
        if (_machine.OnlyOpen(this)) Domain.Memory.BecomeQuiet();
    }

    /// <summary>The model threw. Told like a fault; the device is lost already.</summary>
    internal void ModelFailed(Exception cause)
    {
        _asserted = false;
        var report = new MisuseReport(
            "device-model-failed",
            $"the model of {Info.Description} threw {cause.GetType().Name}: {cause.Message} The device is lost.",
            Info.Address,
            cause);
        Interrupts.Post(new WorkItem((Action)(() =>
        {
            _machine.Misuse.Report(report);
            _open?.Lose();
        })));
    }

    internal void Remove()
    {
        Host.Remove();
        _asserted = false;
        Line.Remove(this);
        if (_open is not { } function) return;
        function.ForgetInterrupts(close: true);
        function.Lose();
    }

    private void Send(int vector)
    {
        // A message is a memory write of the device: without bus mastering it goes nowhere.
        if (!_busMaster || (_messagesXOn && Table is not null && !Table.TrySend(vector)))
        {
            Trace?.Invoke($"{Stamp} message {vector} held back");
            return;
        }

        Trace?.Invoke($"{Stamp} message {vector}");
        _open?.Message(vector)?.Raise();
    }

    private void ConfigChanged()
    {
        bool busMaster = Config.BusMaster;
        bool turnedOff = _busMaster && !busMaster;
        _busMaster = busMaster;
        _decodesMemory = Config.Memory;
        _decodesIo = Config.Io;
        _lineDisabled = Config.LineDisabled;
        _messagesOn = Config.MessagesOn;
        _messagesXOn = Config.MessagesXOn;
        if (turnedOff) Host.PassTransfers();
        Line.Evaluate();
    }

    /// <summary>The address space that the device lives in, as the core and as the machine see it.</summary>
    internal sealed record SlotDomain(DmaDomain Core, LogicalMemory Memory);
}
