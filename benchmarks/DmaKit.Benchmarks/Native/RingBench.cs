using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>Our rings as the driver's side of a queue pair whose device runs on the other core.</summary>
internal sealed unsafe class RingBench : IDisposable
{
    public const int Entries = 64;

    private readonly SubmissionRing<Submission> _submissions;
    private readonly CompletionRing<Completion> _completions;
    private readonly CommonBuffer _doorbell;
    private readonly QueuePair* _ours;
    private readonly QueuePair* _peer;
    private readonly nint _court;
    private readonly nint _memory;
    private readonly Completion[] _done = new Completion[Entries];
    private ulong _value;

    public RingBench(DmaAdapter adapter)
    {
        _submissions = SubmissionRing<Submission>.CreateUpTo(adapter, Entries, Entries);
        _completions = CompletionRing<Completion>.CreateUpTo(adapter, Entries, Entries, new RingBit(12, 0));
        _doorbell = adapter.AllocateCommonBuffer(128);
        // SAFETY: owner: this object, which frees them when nobody answers any more; sizes and alignment are those of ring.c.
        _ours = (QueuePair*)NativeMemory.AlignedAlloc((nuint)sizeof(QueuePair), 128);
        _peer = (QueuePair*)NativeMemory.AlignedAlloc((nuint)sizeof(QueuePair), 128);
        _memory = (nint)NativeMemory.AlignedAlloc(16384, 4096);
        NativeMemory.Clear((void*)_memory, 16384);
        _court = _memory + 12288;
        NativeMemory.Clear(_ours, (nuint)sizeof(QueuePair));
        NativeMemory.Clear(_peer, (nuint)sizeof(QueuePair));
        (_ours->Submissions, _ours->Completions, _ours->Doorbell) = (Host(_submissions.Buffer), Host(_completions.Buffer), Host(_doorbell));
        (_peer->Submissions, _peer->Completions, _peer->Doorbell) = (_memory, _memory + 4096, _memory + 8192);
        _ours->DevicePhase = _peer->DevicePhase = _peer->Phase = 1;
    }

    // SAFETY: as in the constructor; the word behind "stop" is the other core's.
    public void BeginOurs(OtherCore other) => other.Begin(stop => Own.RingAnswer(_ours, stop));

    // SAFETY: as in BeginOurs.
    public void BeginPeer(OtherCore other) => other.Begin(stop => Own.RingAnswer(_peer, stop));

    // SAFETY: as in BeginOurs.
    public void BeginPingPong(OtherCore other) => other.Begin(stop => Own.PingPongAnswer(_court, stop));

    public long PlayPeer(int depth, int n) => Own.RingPlay(_peer, depth, n);

    public long PlayPingPong(int n) => Own.PingPongPlay(_court, n);

    /// <summary>Keeps up to <paramref name="depth"/> commands in flight until <paramref name="n"/> were answered, in bursts.</summary>
    public long Play(int depth, int n)
    {
        int sent = 0;
        int answered = 0;
        ulong sum = 0;
        while (answered < n)
        {
            int burst = Math.Min(depth - _submissions.InFlight, n - sent);
            bool any = false;
            while (burst > 0)
            {
                Span<Submission> free = _submissions.Reserve(burst);
                for (int i = 0; i < free.Length; i++) free[i] = new Submission { Value = _value++ };
                _submissions.Commit(free.Length);
                burst -= free.Length;
                sent += free.Length;
                any = true;
            }

            if (any) _doorbell.Write(0, _submissions.Publish());
            int got = _completions.Read(_done);
            for (int i = 0; i < got; i++) sum += _done[i].Value;
            if (got == 0) continue;
            if (!_submissions.Release(_done[got - 1].Head)) throw new InvalidOperationException("The device told a wrong place.");
            answered += got;
        }

        return sum == 0 ? 0 : answered;
    }

    /// <summary>One command at a time, entry by entry.</summary>
    public long PlayOne(int n)
    {
        for (int i = 0; i < n; i++)
        {
            _submissions.TryWrite(new Submission { Value = _value++ });
            _doorbell.Write(0, _submissions.Publish());
            Completion done;
            while (!_completions.TryRead(out done))
            {
                // Without a pause: what is waited for comes within the time of one.
            }

            _submissions.Release(done.Head);
        }

        return n;
    }

    public void Dispose()
    {
        _submissions.Dispose();
        _completions.Dispose();
        _doorbell.Dispose();
        // SAFETY: as in the constructor.
        NativeMemory.AlignedFree(_ours);
        NativeMemory.AlignedFree(_peer);
        NativeMemory.AlignedFree((void*)_memory);
    }

    // SAFETY: a common buffer's pages do not move and stay mapped until its platform closes.
    private static nint Host(CommonBuffer buffer)
    {
        fixed (byte* first = buffer.Span(0, 1)) return (nint)first;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Submission
    {
        public ulong Value;
    }

    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct Completion
    {
        public ulong Value;
        public int Head;
        public int Phase;
    }
}
