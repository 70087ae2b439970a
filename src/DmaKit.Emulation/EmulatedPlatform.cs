using System.Globalization;
using DmaKit.Devices;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>
/// A machine inside this process: memory that can be fragmented, a PCI bus, an IOMMU if asked, interrupts and a clock. It hosts
/// device models, and drivers run on it as on any other platform.
/// </summary>
/// <remarks>
/// Safe from any thread. A machine is either stepped, which makes it deterministic, or runs by itself with the real clock; see
/// <see cref="EmulatedPlatformOptions.Stepped"/>. Memory that it handed out may be accessed until it is closed, and not after.
/// </remarks>
public sealed partial class EmulatedPlatform : DmaPlatform
{
    private const int FirstFreeSlot = 3;
    private const int LastSlot = 31;
    private const int LineCount = 4;

    private readonly Lock _gate = new();

    // Every device there ever was, in order of adding; replaced, never changed, so that it can be read without the lock.
    private PciSlot[] _all = [];
    private readonly SortedDictionary<PciAddress, PciSlot> _slots = new(Comparer<PciAddress>.Create((a, b) => a.Key.CompareTo(b.Key)));
    private readonly List<WorkLoop> _loops = [];
    private readonly BarAllocator _bars = new();
    private readonly InterruptLine[] _lines;
    private readonly MachineMemory _memory;
    private readonly SystemMemory _buffers;
    private readonly IommuCounters _iommu = new();
    private readonly Pump? _pump;
    private readonly long _started;
    private readonly (DmaDomain Core, LogicalMemory Memory) _shared;
    private int _closed;

    /// <summary>Makes a machine without devices.</summary>
    /// <param name="options">What it is like; null for the defaults.</param>
    /// <exception cref="DmaResourceException">The host refuses that much address space.</exception>
    public EmulatedPlatform(EmulatedPlatformOptions? options = null)
    {
        Options = options ?? new EmulatedPlatformOptions();
        if (Options.Stepped)
        {
            _pump = new Pump();
            Clock = _pump.Clock;
            Continuations = _pump.Continuations;
            Interrupts = _pump;
        }
        else
        {
            Clock = TimeProvider.System;
            Continuations = ContinuationScheduler.ThreadPool;
            Interrupts = StartLoop("dmakit interrupts");
        }

        _started = Clock.GetTimestamp();
        (long low, long high) = Options.Split();
        var physical = PhysicalMemory.Create(low, high, Options.PlainMemory);

        // Frame 0 is never handed out: a device that was given no address at all must not hit somebody's data.
        _memory = new MachineMemory(physical, firstFrame: 1, Options.Fragmentation, Options.Seed, Options.MappingLimit);
        _buffers = new SystemMemory(_memory, Options.SystemBuffersAbove4G);
        _lines = [.. Enumerable.Range(0, LineCount).Select(n => new InterruptLine(n, Interrupts, Misuse))];
        _shared = NewDomain("machine");
    }

    /// <inheritdoc/>
    public override string Name => "emulated";

    /// <inheritdoc/>
    public override TimeProvider Clock { get; }

    /// <inheritdoc/>
    public override ContinuationScheduler Continuations { get; }

    /// <summary>What the machine is like.</summary>
    public EmulatedPlatformOptions Options { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<PciFunctionInfo> Functions
    {
        get
        {
            lock (_gate) return [.. _slots.Values.Select(s => s.Info)];
        }
    }

    /// <summary>How memory is used, and what went through the machine.</summary>
    public MachineStatistics Statistics
    {
        get
        {
            List<FunctionStatistics> functions;
            lock (_gate) functions = [.. _slots.Values.Select(s => s.Statistics)];
            return new MachineStatistics(
                _memory.Physical.Length,
                _memory.HeldFrames << PhysicalMemory.PageShift,
                _memory.Frames.FreeFrames << PhysicalMemory.PageShift,
                _memory.Frames.LargestRun(new FrameRequest(1, 0, MachineMemory.LastFrame)) << PhysicalMemory.PageShift,
                _buffers.Live,
                _memory.Space.Mappings,
                _iommu.Maps,
                _iommu.Unmaps,
                _memory.Frames.FreeBlocks(),
                functions);
        }
    }

    internal WorkLoop Interrupts { get; }

    /// <summary>Puts a device into the machine, which owns it from now on and closes it.</summary>
    /// <param name="model">The device.</param>
    /// <param name="address">Where to put it, as <c>0000:03:00.0</c>; null for the first free slot from 0000:00:03.0 on.</param>
    /// <returns>Its address.</returns>
    /// <exception cref="ArgumentException">The address is none, or the model's base address registers make no sense.</exception>
    /// <exception cref="DmaException">The slot is taken, or none is free.</exception>
    public string Add(DeviceModel model, string? address = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        lock (_gate)
        {
            PciAddress place = address is null ? FreeSlot() : PciAddress.Parse(address);
            if (_slots.ContainsKey(place)) throw new DmaException($"Slot {place} is taken by {_slots[place].Info}.");
            (DmaDomain core, LogicalMemory memory) = Options is { Iommu: true, SeparateDomains: true } ? NewDomain(place.ToString()) : _shared;
            var slot = new PciSlot(this, place, model, _bars, core, memory);
            _slots.Add(place, slot);
            _all = [.. _all, slot];
            slot.Line.Add(slot);
            return place.ToString();
        }
    }

    /// <summary>Pulls a device out while the machine runs. It does nothing and answers nothing any more: register accesses throw <see cref="DeviceLostException"/>.</summary>
    /// <param name="address">Its address.</param>
    /// <exception cref="DmaException">There is no such function.</exception>
    public void Remove(string address)
    {
        PciSlot slot;
        lock (_gate)
        {
            slot = Find(address);
            _slots.Remove(slot.Address);
        }

        slot.Remove();
    }

    /// <summary>What a device model counted of its own work.</summary>
    /// <param name="address">The function's address.</param>
    /// <exception cref="DmaException">There is no such function.</exception>
    public DeviceCounters CountersOf(string address)
    {
        lock (_gate) return Find(address).Model.Counters;
    }

    /// <inheritdoc/>
    public override ValueTask<PciFunction> OpenAsync(string address, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        PciSlot slot;
        lock (_gate) slot = Find(address);
        EmulatedFunction function = slot.Open(new EmulatedFunction(this, slot));
        DeviceIdentity identity = slot.Model.Identity;
        if (Options.AllowMessages && identity.MessageXVectors > 0) slot.Config.SetMessages(extended: true, on: true);
        else if (Options.AllowMessages && identity.MessageVectors > 0) slot.Config.SetMessages(extended: false, on: true);
        slot.Config.SetCommand(ConfigurationSpace.CommandBusMaster, on: false);
        slot.Config.SetCommand(ConfigurationSpace.CommandMemory | ConfigurationSpace.CommandIo, on: true);
        return new ValueTask<PciFunction>(function);
    }

    /// <inheritdoc/>
    public override SystemBuffer AllocateSystemBuffer(long length)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        return _buffers.Allocate(length);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        CallbackContext.Forbid("EmulatedPlatform.DisposeAsync", "close the machine from outside its handlers");
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        foreach (PciSlot slot in _all)
            if (slot.OpenFunction is { } function) await function.DisposeAsync().ConfigureAwait(false);
        foreach (WorkLoop loop in _loops) await loop.StopAsync().ConfigureAwait(false);
        if (_pump is not null) await _pump.StopAsync().ConfigureAwait(false);
        foreach (PciSlot slot in _all) slot.Host.Close();
        Misuse.RepeatAll();
        _memory.Dispose();
    }

    /// <summary>Who has which frame.</summary>
    internal FrameAllocator Frames => _memory.Frames;

    /// <summary>The address space that a function lives in, as the machine sees it.</summary>
    internal LogicalMemory MemoryOf(string address)
    {
        lock (_gate) return Find(address).Domain.Memory;
    }

    /// <summary>The physical address behind a place in the arena.</summary>
    internal bool TryPhysical(nint host, out ulong physical) => _memory.Physical.TryPhysical(host, out physical, out _);

    internal InterruptLine LineAt(int number) => _lines[number];

    /// <summary>The loop that a device's turns run on.</summary>
    internal WorkLoop LoopFor(PciAddress address) => _pump is null ? StartLoop($"dmakit {address}") : _pump;

    internal string StampFor(string address) =>
        string.Create(CultureInfo.InvariantCulture, $"{Clock.GetElapsedTime(_started).TotalSeconds:0.0000000} {address}");

    /// <summary>Whether no other function of the same address space is open.</summary>
    internal bool OnlyOpen(PciSlot slot)
    {
        lock (_gate) return _slots.Values.All(s => s == slot || s.OpenFunction is null || s.Domain.Core != slot.Domain.Core);
    }

    private (DmaDomain Core, LogicalMemory Memory) NewDomain(string name)
    {
        LogicalMemory? memory = null;
        memory = Options.Iommu
            ? new TranslatedMemory(_memory, _buffers, _iommu, new PageTable(() => PassTransfers(memory!))) { Registers = Options.MapRegisters, Charges = Options.ChargeCommonBuffers }
            : new DirectMemory(_memory, _buffers) { Registers = Options.MapRegisters, Charges = Options.ChargeCommonBuffers };
        return (new DmaDomain(this, memory, name), memory);
    }

    /// <summary>Returns when no device of an address space moves bytes by a translation that it looked up before.</summary>
    private void PassTransfers(LogicalMemory memory)
    {
        if (Options.ForgetfulIommu) return;
        foreach (PciSlot slot in _all)
            if (slot.Domain.Memory == memory) slot.Host.PassTransfers();
    }

    private PciSlot Find(string address) =>
        _slots.TryGetValue(PciAddress.Parse(address), out PciSlot? slot)
            ? slot
            : throw new DmaException($"The machine has no function {address}; it has: {(_slots.Count == 0 ? "none" : string.Join(", ", _slots.Keys))}.");

    private PciAddress FreeSlot()
    {
        for (int device = FirstFreeSlot; device <= LastSlot; device++)
        {
            var address = new PciAddress(0, 0, device, 0);
            if (!_slots.ContainsKey(address)) return address;
        }

        throw new DmaException($"Bus 0000:00 has no free slot left; name one on another bus.");
    }

    private LoopThread StartLoop(string name)
    {
        var loop = new LoopThread(name, Clock, Failed);
        _loops.Add(loop);
        return loop;
    }

    private void Failed(Exception error) =>
        Misuse.Report(new MisuseReport("machine-event-failed", $"an event of the machine threw {error.GetType().Name}: {error.Message}", Name, error));
}
