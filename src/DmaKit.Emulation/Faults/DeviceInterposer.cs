using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>
/// Stands between a device model and the machine, so that a test can make the device lie, fall silent, answer late or write when
/// it should not. As it stands it passes everything on; override what is to go wrong.
/// </summary>
/// <remarks>
/// Goes wherever a model goes: <c>machine.Add(new MyFault(new EduDevice()))</c>. Interposers can be stacked. Members named
/// <c>On...</c> run in the device's turn, one at a time. The inner model belongs to the interposer, which closes it.
/// </remarks>
public abstract class DeviceInterposer : DeviceModel
{
    private readonly InnerPort _innerPort;
    private bool _attached;

    /// <summary>Wraps a model that has no host yet.</summary>
    /// <param name="inner">The model.</param>
    protected DeviceInterposer(DeviceModel inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
        _innerPort = new InnerPort(this);
    }

    /// <summary>The model inside.</summary>
    public DeviceModel Inner { get; }

    /// <inheritdoc/>
    public override DeviceIdentity Identity => Inner.Identity;

    /// <inheritdoc/>
    public override DeviceCounters Counters => Inner.Counters;

    /// <inheritdoc/>
    public sealed override ulong Read(int bar, long offset, int size) => OnRead(bar, offset, size);

    /// <inheritdoc/>
    public sealed override void Write(int bar, long offset, int size, ulong value) => OnWrite(bar, offset, size, value);

    /// <inheritdoc/>
    public sealed override void Reset()
    {
        if (_attached)
        {
            OnReset();
            return;
        }

        _attached = true;
        Inner.Attach(_innerPort);
    }

    /// <summary>The program reads a register.</summary>
    protected virtual ulong OnRead(int bar, long offset, int size) => Inner.Read(bar, offset, size);

    /// <summary>The program writes a register.</summary>
    protected virtual void OnWrite(int bar, long offset, int size, ulong value) => Inner.Write(bar, offset, size, value);

    /// <summary>The device is reset.</summary>
    protected virtual void OnReset() => Inner.Reset();

    /// <summary>The device reads memory.</summary>
    protected virtual bool OnDmaRead(LogicalAddress address, Span<byte> destination) => Port.TryRead(address, destination);

    /// <summary>The device writes memory.</summary>
    protected virtual bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source) => Port.TryWrite(address, source);

    /// <summary>The device sets its interrupt output.</summary>
    protected virtual void OnInterrupt(int vector, bool asserted) => Port.SignalInterrupt(vector, asserted);

    /// <summary>The device asks for a turn.</summary>
    protected virtual void OnDefer(Action work) => Port.Defer(work);

    /// <summary>The device asks for a turn later.</summary>
    protected virtual void OnSchedule(TimeSpan delay, Action work) => Port.Schedule(delay, work);

    /// <summary>The device forgets what it asked for. What the interposer asked for itself is forgotten with it.</summary>
    protected virtual void OnCancelWork() => Port.CancelWork();

    /// <summary>The program reads configuration space. Not in the device's turn, but on the thread that reads.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="size">1, 2 or 4.</param>
    /// <param name="value">What the machine has there.</param>
    /// <returns>What the program reads.</returns>
    protected internal virtual uint OnConfigurationRead(int offset, int size, uint value) =>
        Inner is DeviceInterposer inner ? inner.OnConfigurationRead(offset, size, value) : value;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Inner.Dispose();
        base.Dispose(disposing);
    }

    private sealed class InnerPort(DeviceInterposer owner) : DevicePort
    {
        public override TimeProvider Clock => owner.Port.Clock;

        public override bool TryRead(LogicalAddress address, Span<byte> destination) => owner.OnDmaRead(address, destination);

        public override bool TryWrite(LogicalAddress address, ReadOnlySpan<byte> source) => owner.OnDmaWrite(address, source);

        public override void SignalInterrupt(int vector, bool asserted) => owner.OnInterrupt(vector, asserted);

        public override void Defer(Action work) => owner.OnDefer(work);

        public override void Schedule(TimeSpan delay, Action work) => owner.OnSchedule(delay, work);

        public override void CancelWork() => owner.OnCancelWork();
    }
}
