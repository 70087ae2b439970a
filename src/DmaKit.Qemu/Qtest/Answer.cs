namespace DmaKit.Qemu;

/// <summary>What one thread waits for. Each thread has one, because it waits for one thing at a time.</summary>
internal sealed class Answer : IDisposable
{
    // Two cores may have to run this thread, the reader and QEMU: more spinning would keep QEMU from answering.
    private const int Spins = 10;

    [ThreadStatic]
    private static Answer? t_mine;

    private readonly ManualResetEventSlim _done = new(initialState: false, Spins);

    /// <summary>The calling thread's own.</summary>
    internal static Answer Mine => t_mine ??= new Answer();

    /// <summary>The number of the command whose reply ends the wait.</summary>
    internal long Sequence { get; private set; }

    /// <summary>Whether the reply carries something, or only that the command was done.</summary>
    internal bool WantsValue { get; private set; }

    /// <summary>The value that came.</summary>
    internal ulong Value { get; set; }

    internal void Begin(long sequence, bool wantsValue)
    {
        _done.Reset();
        Sequence = sequence;
        WantsValue = wantsValue;
        Value = 0;
    }

    internal void Complete() => _done.Set();

    internal bool Wait(TimeSpan limit) => _done.Wait(limit);

    public void Dispose() => _done.Dispose();
}
