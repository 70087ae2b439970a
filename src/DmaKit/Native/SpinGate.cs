namespace DmaKit.Native;

/// <summary>A lock for sections of a few dozen nanoseconds: one exchange to enter, one store to leave.</summary>
/// <remarks>Not re-entrant. Who waits spins, then yields; nothing runs under it but the library's own arithmetic.</remarks>
internal struct SpinGate
{
    private int _taken;

    internal void Enter()
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0) EnterContended();
    }

    internal void Leave() => Volatile.Write(ref _taken, 0);

    private void EnterContended()
    {
        var spin = new SpinWait();
        do
        {
            do spin.SpinOnce(sleep1Threshold: -1);
            while (Volatile.Read(ref _taken) != 0);
        }
        while (Interlocked.Exchange(ref _taken, 1) != 0);
    }
}
