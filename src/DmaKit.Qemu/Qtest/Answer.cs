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

    /// <summary>How many bytes the reply carries; 0 where it says only that the command was done.</summary>
    internal int Size { get; private set; }

    /// <summary>The value that came.</summary>
    internal ulong Value { get; set; }

    internal void Begin(long sequence, int size)
    {
        _done.Reset();
        Sequence = sequence;
        Size = size;
        Value = 0;
    }

    /// <summary>Whether a reply is what was asked for: with a value where one is wanted, and of no more bits than the access has.</summary>
    internal bool Fits(Reply reply) => Size == 0 || (reply.Kind == ReplyKind.Value && (Size >= 8 || reply.Value >> (8 * Size) == 0));

    internal void Complete() => _done.Set();

    internal bool Wait(TimeSpan limit) => _done.Wait(limit);

    public void Dispose() => _done.Dispose();
}
