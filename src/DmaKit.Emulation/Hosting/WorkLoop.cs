namespace DmaKit.Emulation;

/// <summary>Runs work one piece after the other, never on the stack of who asked for it.</summary>
/// <remarks>Safe from any thread.</remarks>
internal abstract class WorkLoop
{
    /// <summary>Asks for work as soon as possible; work asked for earlier is done earlier.</summary>
    internal abstract void Post(in WorkItem item);

    /// <summary>Asks for work later.</summary>
    internal abstract void PostLater(TimeSpan delay, in WorkItem item);

    /// <summary>Forgets what waits for a device's turn. What slips through is stopped by its epoch.</summary>
    internal abstract void Forget(DeviceHost host);

    /// <summary>Completes when everything asked for before was done.</summary>
    internal abstract ValueTask DrainAsync();

    /// <summary>Ends; completes when nothing runs any more.</summary>
    internal abstract ValueTask StopAsync();
}
