using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>Stands between a model and the machine: counts what the model does, and stops a model that goes on without an end.</summary>
internal sealed class WatchedModel(DeviceModel inner) : DeviceInterposer(inner)
{
    private long _left;

    /// <summary>What the model did since <see cref="Allow"/>: transfers, turns asked for, interrupts.</summary>
    internal long Done { get; private set; }

    /// <summary>Transfers and rising interrupts since <see cref="Allow"/>.</summary>
    internal long Heard { get; private set; }

    /// <summary>What it broke; null while it broke nothing.</summary>
    internal string? Broken { get; private set; }

    /// <summary>The level of its interrupt output, as it said last.</summary>
    internal bool IsAsserted { get; private set; }

    /// <summary>Lets it do so much from here on.</summary>
    internal void Allow(long steps) => (_left, Done, Heard, Broken) = (steps, 0, 0, null);

    protected override ulong OnRead(int bar, long offset, int size)
    {
        ulong value = base.OnRead(bar, offset, size);
        if (size < 8 && value >> (8 * size) != 0) Broken ??= $"a read of {size} bytes at 0x{offset:X} of BAR {bar} gave 0x{value:X}";
        return value;
    }

    protected override bool OnDmaRead(LogicalAddress address, Span<byte> destination)
    {
        Heard++;
        Count();
        return base.OnDmaRead(address, destination);
    }

    protected override bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        Heard++;
        Count();
        return base.OnDmaWrite(address, source);
    }

    protected override void OnInterrupt(int vector, bool asserted)
    {
        if (asserted) Heard++;
        Count();
        if (vector == 0) IsAsserted = asserted;
        base.OnInterrupt(vector, asserted);
    }

    protected override void OnDefer(Action work)
    {
        Count();
        base.OnDefer(work);
    }

    protected override void OnSchedule(TimeSpan delay, Action work)
    {
        Count();
        base.OnSchedule(delay, work);
    }

    private void Count()
    {
        Done++;
        if (--_left >= 0) return;
        Broken ??= $"the model does more than {Done - 1} things, without an end";

        // The host takes it for a model that failed, and gives it no more turns.
        throw new FuzzFailureException(Broken);
    }
}
