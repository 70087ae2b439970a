using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>Stands between a model and the machine: counts what the model does, and stops a model that goes on without an end.</summary>
internal sealed class WatchedModel(DeviceModel inner) : DeviceInterposer(inner)
{
    private long _transfersLeft;
    private long _turnsLeft;

    /// <summary>Transfers and rising interrupts since <see cref="Allow"/>.</summary>
    internal long Heard { get; private set; }

    /// <summary>What it broke; null while it broke nothing.</summary>
    internal string? Broken { get; private set; }

    /// <summary>The level of its interrupt output, as it said last.</summary>
    internal bool IsAsserted { get; private set; }

    /// <summary>Lets it do so much from here on.</summary>
    /// <param name="transfers">How often it may read or write memory.</param>
    /// <param name="turns">How many turns it may ask for, and how often it may set its interrupt output.</param>
    internal void Allow(long transfers, long turns) => (_transfersLeft, _turnsLeft, Heard, Broken) = (transfers, turns, 0, null);

    protected override ulong OnRead(int bar, long offset, int size)
    {
        ulong value = base.OnRead(bar, offset, size);
        if (size < 8 && value >> (8 * size) != 0) Broken ??= $"a read of {size} bytes at 0x{offset:X} of BAR {bar} gave 0x{value:X}";
        return value;
    }

    protected override bool OnDmaRead(LogicalAddress address, Span<byte> destination)
    {
        Heard++;
        if (--_transfersLeft < 0) throw Endless("transfers");
        return base.OnDmaRead(address, destination);
    }

    protected override bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        Heard++;
        if (--_transfersLeft < 0) throw Endless("transfers");
        return base.OnDmaWrite(address, source);
    }

    protected override void OnInterrupt(int vector, bool asserted)
    {
        if (asserted) Heard++;
        if (--_turnsLeft < 0) throw Endless("turns and interrupts");
        if (vector == 0) IsAsserted = asserted;
        base.OnInterrupt(vector, asserted);
    }

    protected override void OnDefer(Action work)
    {
        if (--_turnsLeft < 0) throw Endless("turns and interrupts");
        base.OnDefer(work);
    }

    protected override void OnSchedule(TimeSpan delay, Action work)
    {
        if (--_turnsLeft < 0) throw Endless("turns and interrupts");
        base.OnSchedule(delay, work);
    }

    /// <summary>The host takes it for a model that failed, and gives it no more turns.</summary>
    private FuzzFailureException Endless(string what) => new(Broken ??= $"the model goes on without an end: more {what} than its program can need");
}
