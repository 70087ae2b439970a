namespace DmaKit.Benchmarks.Native;

/// <summary>A thread that answers while samples of one side are taken, and sleeps otherwise, so that the other side has the core.</summary>
internal sealed unsafe class OtherCore : IDisposable
{
    private readonly Thread _thread;
    private readonly SemaphoreSlim _start = new(0);
    private readonly int[] _flags = GC.AllocateArray<int>(96, pinned: true);
    private readonly int* _stop;
    private readonly int* _running;
    private Answer? _answer;
    private long _allocated;

    /// <param name="begin">Runs first on the thread, or null.</param>
    /// <param name="end">Runs last on it, or null.</param>
    public OtherCore(Action? begin = null, Action? end = null)
    {
        // SAFETY: owner: this object's own pinned array; the two words lie on lines of their own.
        fixed (int* flags = _flags)
        {
            _stop = flags + 16;
            _running = flags + 64;
        }

        _thread = new Thread(() =>
        {
            begin?.Invoke();
            while (true)
            {
                _start.Wait();
                if (_answer is null) break;
                Volatile.Write(ref *_running, 1);
                long before = GC.GetAllocatedBytesForCurrentThread();
                _answer(_stop);
                _allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                Volatile.Write(ref *_running, 0);
            }

            end?.Invoke();
        })
        { IsBackground = true };
        _thread.Start();
    }

    /// <summary>A loop that answers until the word is not 0.</summary>
    internal delegate void Answer(int* stop);

    /// <summary>Managed bytes that it allocated while it answered, ever. Asked for while it rests.</summary>
    public long Allocated => _allocated;

    /// <summary>Lets it answer; returns when it does.</summary>
    // SAFETY: as in the constructor.
    public void Begin(Answer answer)
    {
        _answer = answer;
        Volatile.Write(ref *_stop, 0);
        _start.Release();
        while (Volatile.Read(ref *_running) == 0) Thread.Yield();
    }

    /// <summary>Lets it rest; returns when it does.</summary>
    // SAFETY: as in the constructor.
    public void End()
    {
        Volatile.Write(ref *_stop, 1);
        while (Volatile.Read(ref *_running) != 0) Thread.Yield();
    }

    public void Dispose()
    {
        _answer = null;
        _start.Release();
        _thread.Join();
        _start.Dispose();
    }
}
