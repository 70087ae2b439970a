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

    /// <summary>A thread finds that it leads and is stopped there; when it goes on, the lead has gone to another, who is inside.</summary>
    [Fact]
    public void T1_A_thread_that_was_stopped_at_the_gate_does_not_disturb_who_leads_now()
    {
        var gate = new Real();
        Lead(gate);
        GateLead mine = gate.Lead!;
        using var inside = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        var other = new Thread(() =>
        {
            while (gate.Lead == mine) Lead(gate);
            gate.Enter();
            inside.Set();
            done.Wait();
            gate.Leave();
        });
        other.Start();
        inside.Wait();
        GateLead theirs = gate.Lead!;
        Assert.True(theirs.IsOn);
        Assert.False(mine.TryEnter());
        Assert.True(theirs.IsBusy, "whoever takes the lead away now would not wait for the thread that is inside");
        done.Set();
        other.Join();
    }

    [Fact]
    public void T1_The_same_steps_catch_a_gate_with_one_mark_for_all_leaders()
    {
        // What the gate did before: one word says who leads, and one that the leader is inside.
        int owner = 1;
        int busy = 0;
        bool Enter(int me)
        {
            busy = 1;
            if (owner == me) return true;
            busy = 0;
            return false;
        }

        owner = 2;
        Assert.True(Enter(2));
        Assert.False(Enter(1));
        Assert.Equal(0, busy);
    }

    /// <summary>The leader comes from another depth of its stack, so that it is not known by its place.</summary>
    [Fact]
    public void T1_The_leader_keeps_its_lead_at_any_depth_of_its_stack()
    {
        var gate = new Real();
        Lead(gate);
        GateLead mine = gate.Lead!;
        Deeper(0);
        Assert.True(mine.IsOn);
        Assert.Same(mine, gate.Lead);

        int Deeper(int depth)
        {
            Span<byte> room = stackalloc byte[1024];
            room[depth] = (byte)depth;
            gate.Enter();
            gate.Leave();
            return depth < 16 ? Deeper(depth + 1) + room[depth] : 0;
        }
    }

    [Fact]
    public void T1_A_gate_that_wanders_among_many_threads_stays_a_gate()
    {
        var gate = new Real();
        for (int i = 0; i < 20; i++)
        {
            var thread = new Thread(() => Lead(gate, 1 << 16));
            thread.Start();
            thread.Join();
        }

        Assert.Equal(0, Overlaps(gate));
    }

    private static void Lead(Real gate, int passes = 1 << 10)
    {
        for (int i = 0; i < passes; i++)
        {
            gate.Enter();
            gate.Leave();
        }
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

        public GateLead? Lead => _gate.Lead;

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
