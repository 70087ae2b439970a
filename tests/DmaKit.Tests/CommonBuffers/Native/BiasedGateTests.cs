using DmaKit.Native;

namespace DmaKit.Tests;

/// <summary>The gate of heaps under threads that change: alone for a while, then together, then another alone.</summary>
public sealed class BiasedGateTests
{
    [Fact]
    public void T1_Only_one_thread_is_inside_whoever_the_gate_leans_to() => Assert.Equal(0, Overlaps(new Real()));

    [Fact]
    public void T1_The_same_test_catches_a_gate_that_does_not_wait_for_its_owner()
    {
        int overlaps = 0;
        for (int i = 0; i < 20 && overlaps == 0; i++) overlaps = Overlaps(new Hasty());
        Assert.NotEqual(0, overlaps);
    }

    /// <summary>How often a section was disturbed by another.</summary>
    private static int Overlaps(IGate gate)
    {
        int inside = 0;
        int overlaps = 0;
        for (int round = 0; round < 12; round++)
        {
            // One thread until the gate leans to it, then a second one that takes that away.
            using var leaning = new ManualResetEventSlim();
            var first = new Thread(() => Use(100_000, leaning));
            var second = new Thread(() =>
            {
                leaning.Wait();
                Use(3000, null);
            });
            first.Start();
            second.Start();
            first.Join();
            second.Join();
        }

        return overlaps;

        void Use(int count, ManualResetEventSlim? signal)
        {
            for (int i = 0; i < count; i++)
            {
                if (i == 5000) signal?.Set();
                gate.Enter();
                int mine = inside + 1;
                inside = mine;
                if (i % 64 == 0) Thread.SpinWait(20);
                if (inside != mine) overlaps++;
                gate.Leave();
            }
        }
    }

    private interface IGate
    {
        void Enter();

        void Leave();
    }

    private sealed class Real : IGate
    {
        private BiasedGate _gate;

        public void Enter() => _gate.Enter();

        public void Leave() => _gate.Leave();
    }

    /// <summary>Takes the lead away and goes on at once, as if the owner could not be inside.</summary>
    private sealed class Hasty : IGate
    {
        private int _owner = -1;
        private int _taken;

        public void Enter()
        {
            int me = Environment.CurrentManagedThreadId;
            if (Volatile.Read(ref _owner) == me) return;
            while (Interlocked.Exchange(ref _taken, 1) != 0) Thread.SpinWait(1);
            Volatile.Write(ref _owner, me);
        }

        public void Leave() => Volatile.Write(ref _taken, 0);
    }
}
