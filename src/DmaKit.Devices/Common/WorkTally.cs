namespace DmaKit.Devices;

/// <summary>The counters behind <see cref="DeviceModel.Counters"/>: written by the device in its turns, read from any thread.</summary>
internal sealed class WorkTally
{
    private long _commands;
    private long _doorbells;
    private long _interrupts;

    public DeviceCounters Snapshot =>
        new(Interlocked.Read(ref _commands), Interlocked.Read(ref _doorbells), Interlocked.Read(ref _interrupts));

    public void CommandFinished() => Interlocked.Increment(ref _commands);

    public void DoorbellRung() => Interlocked.Increment(ref _doorbells);

    public void InterruptRaised() => Interlocked.Increment(ref _interrupts);
}
