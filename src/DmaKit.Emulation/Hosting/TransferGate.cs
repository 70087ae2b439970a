namespace DmaKit.Emulation;

/// <summary>
/// Lets one transfer of a device move at a time, and lets others wait until those have ended that began before: whoever takes a
/// translation or bus mastering away knows then that nothing moves by it any more.
/// </summary>
/// <remarks>
/// Safe from any thread. Waiting does not queue for the gate: a device that moves without pause cannot keep its program waiting for
/// longer than one transfer.
/// </remarks>
internal sealed class TransferGate
{
    private readonly Lock _gate = new();

    // Odd while a transfer moves. Each step is a full fence: either the transfer sees what was taken away, or who took it away
    // sees the transfer.
    private long _steps;

    internal void Enter()
    {
        _gate.Enter();
        Interlocked.Increment(ref _steps);
    }

    internal void Exit()
    {
        Interlocked.Increment(ref _steps);
        _gate.Exit();
    }

    /// <summary>Returns when no transfer moves that began before the call.</summary>
    internal void Pass()
    {
        // Adding nothing reads as a full fence: what was taken away before is seen by every transfer that this does not see.
        long seen = Interlocked.Add(ref _steps, 0);
        if ((seen & 1) == 0 || _gate.IsHeldByCurrentThread) return;
        var wait = default(SpinWait);
        while (Interlocked.Read(ref _steps) == seen) wait.SpinOnce(sleep1Threshold: -1);
    }
}
