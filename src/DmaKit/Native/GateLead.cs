namespace DmaKit.Native;

/// <summary>The lead of one thread at a <see cref="BiasedGate"/>: with it, that thread enters and leaves with plain stores.</summary>
/// <remarks>
/// The mark that somebody is inside is the thread's own, and never anybody else's: a thread that was stopped between finding its lead and marking
/// it may go on long after the lead was taken away, and what it then marks and clears must not be another's.
/// </remarks>
internal sealed class GateLead(long thread, GateLead? next)
{
    private int _busy;
    private int _on;

    /// <summary>Whose it is, for ever.</summary>
    internal long Thread { get; } = thread;

    /// <summary>The lead that was made before it at the same gate.</summary>
    internal GateLead? Next { get; } = next;

    /// <summary>
    /// The start of what is as long as a page around the place on the stack where the thread got it last. Two stacks never come into it, with a
    /// guard page between them: the quick way to know the thread again.
    /// </summary>
    internal nuint Low { get; private set; }

    /// <summary>Whether it may be used.</summary>
    internal bool IsOn => Volatile.Read(ref _on) != 0;

    /// <summary>Whether its thread is inside, or looks whether it may be.</summary>
    internal bool IsBusy => Volatile.Read(ref _busy) != 0;

    /// <summary>By its thread alone: enters, if the lead was not taken away.</summary>
    internal bool TryEnter()
    {
        Volatile.Write(ref _busy, 1);
        if (Volatile.Read(ref _on) != 0) return true;
        Volatile.Write(ref _busy, 0);
        return false;
    }

    /// <summary>By its thread alone.</summary>
    internal void Leave() => Volatile.Write(ref _busy, 0);

    /// <summary>By its thread, which is inside the ordinary way: from now on it enters with it.</summary>
    internal void TurnOn()
    {
        Low = StackPage.Here - (StackPage.Size / 2);
        Volatile.Write(ref _on, 1);
    }

    /// <summary>Takes it away, and waits until its thread is out.</summary>
    internal void TurnOff()
    {
        Volatile.Write(ref _on, 0);
        Interlocked.MemoryBarrierProcessWide();
        var spin = new SpinWait();
        while (IsBusy) spin.SpinOnce(sleep1Threshold: -1);
    }
}
