using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>Counts what goes through the port of a machine whose devices do not count for us.</summary>
internal sealed class PortCounter : DmaObserver
{
    private long _commands;
    private long _doorbells;
    private long _interrupts;

    /// <summary>Commands that ended, register writes, and runs of handlers.</summary>
    internal DeviceCounters Counters => new(Interlocked.Read(ref _commands), Interlocked.Read(ref _doorbells), Interlocked.Read(ref _interrupts));

    public override void OnCompleted(object pool, CommandTag tag, CommandStatus status) => Interlocked.Increment(ref _commands);

    public override void OnDoorbell(PciFunction function, int bar, long offset, int size, ulong value) => Interlocked.Increment(ref _doorbells);

    public override void OnInterrupt(InterruptVector vector) => Interlocked.Increment(ref _interrupts);
}
