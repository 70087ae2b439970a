using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>A device with the faults of one plan between it and its machine.</summary>
internal sealed class FaultyDevice : DeviceInterposer
{
    private readonly DeviceFault[] _faults;
    private readonly DeviceIdentity _identity;

    internal FaultyDevice(DeviceModel inner, FaultTarget target, IReadOnlyList<Fault> faults, int seed)
        : base(inner)
    {
        Target = target;
        _identity = inner.Identity;
        var made = new List<DeviceFault>();
        foreach (Fault fault in faults)
        {
            if (FaultCatalogue.Of(fault.Kind).Make is not { } make) continue;
            DeviceFault running = make();
            running.Begin(this, fault, new Random(unchecked((seed * 31) + made.Count)));
            made.Add(running);
            _identity = running.Identify(_identity);
        }

        _faults = [.. made];
    }

    internal FaultTarget Target { get; }

    internal IReadOnlyList<DeviceFault> Faults => _faults;

    public override DeviceIdentity Identity => _identity;

    /// <summary>A write past all faults.</summary>
    internal bool WriteMemory(LogicalAddress address, ReadOnlySpan<byte> bytes) => Port.TryWrite(address, bytes);

    internal bool ReadMemory(LogicalAddress address, Span<byte> bytes) => Port.TryRead(address, bytes);

    /// <summary>The interrupt output past all faults.</summary>
    internal void Interrupt(int vector, bool asserted) => Port.SignalInterrupt(vector, asserted);

    /// <summary>A turn of a fault's own; a reset of the device forgets it.</summary>
    internal void Later(TimeSpan delay, Action work) => Port.Schedule(delay, work);

    /// <summary>What the model itself would answer.</summary>
    internal ulong AskModel(int bar, long offset, int size) => base.OnRead(bar, offset, size);

    protected internal override uint OnConfigurationRead(int offset, int size, uint value)
    {
        foreach (DeviceFault fault in _faults) value = fault.ReadConfiguration(offset, size, value);
        return base.OnConfigurationRead(offset, size, value);
    }

    protected override ulong OnRead(int bar, long offset, int size)
    {
        foreach (DeviceFault fault in _faults)
            if (fault.Answers(bar, offset, size, out ulong answer)) return answer;
        ulong value = base.OnRead(bar, offset, size);
        foreach (DeviceFault fault in _faults) value = fault.Read(bar, offset, size, value);
        return value;
    }

    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        foreach (DeviceFault fault in _faults)
            if (fault.DropsRegisterWrite(bar, offset)) return;
        base.OnWrite(bar, offset, size, value);
    }

    protected override bool OnDmaRead(LogicalAddress address, Span<byte> destination)
    {
        foreach (DeviceFault fault in _faults)
            if (fault.IsGone) return false;
        return base.OnDmaRead(address, destination);
    }

    protected override bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        foreach (DeviceFault fault in _faults)
            if (fault.TakesWrite(address, source)) return true;
        bool done = base.OnDmaWrite(address, source);
        foreach (DeviceFault fault in _faults) fault.Wrote(address, source);
        return done;
    }

    protected override void OnInterrupt(int vector, bool asserted)
    {
        foreach (DeviceFault fault in _faults)
            if (fault.TakesInterrupt(vector, asserted)) return;
        base.OnInterrupt(vector, asserted);
    }

    protected override void OnDefer(Action work)
    {
        TimeSpan delay = Delay();
        if (delay == TimeSpan.Zero) base.OnDefer(work);
        else base.OnSchedule(delay, work);
    }

    protected override void OnSchedule(TimeSpan delay, Action work) => base.OnSchedule(delay + Delay(), work);

    protected override void OnCancelWork()
    {
        base.OnCancelWork();
        foreach (DeviceFault fault in _faults) fault.WorkCancelled();
    }

    private TimeSpan Delay()
    {
        TimeSpan delay = TimeSpan.Zero;
        foreach (DeviceFault fault in _faults) delay += fault.Delay();
        return delay;
    }
}
