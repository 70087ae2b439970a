using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Tests;

/// <summary>Submissions and completions between a driver and a device that does what NVMe's do, in random steps; and drivers that the same test must catch.</summary>
public sealed class QueuePairTests
{
    private const int Entries = 5;

    [Fact]
    public void RN1_Every_entry_reaches_the_other_side_once_and_in_order() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Property(adapter => new Real(adapter)));

    [Theory]
    [InlineData("doorbell first")]
    [InlineData("wraps early")]
    [InlineData("passes the consumer")]
    [InlineData("forgets the phase")]
    public void RN1_The_same_property_catches_a_broken_ring(string fault) =>
        Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Property(adapter => new Twin(adapter, fault))));

    [Fact]
    public async Task RN1_Two_threads_exchange_a_hundred_thousand_commands()
    {
        const int Commands = 100_000;
        var adapter = new PlainMachine().CreateAdapter();
        using var submissions = SubmissionRing<ulong>.CreateUpTo(adapter, 64, 64);
        using var completions = CompletionRing<Completion>.CreateUpTo(adapter, 64, 64, new RingBit(12, 0));
        using CommonBuffer doorbells = adapter.AllocateCommonBuffer(64);
        Task device = Task.Factory.StartNew(Echo, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        ulong sent = 0;
        for (ulong received = 0; received < Commands;)
        {
            bool any = false;
            while (sent < Commands && submissions.TryWrite(sent * 3)) (sent, any) = (sent + 1, true);
            if (any) doorbells.Write(0, submissions.Publish());
            while (completions.TryRead(out Completion done))
            {
                Assert.Equal(received * 3, done.Value);
                Assert.True(submissions.Release(done.Head));
                received++;
            }

            doorbells.Write(4, completions.Head);
        }

        await device;
        Assert.Equal((0, Commands, 0L), (submissions.InFlight, (int)submissions.Snapshot.Handled, submissions.Faults));

        void Echo()
        {
            var it = new Device(submissions.Buffer, submissions.Count, completions.Buffer, completions.Count);
            for (int done = 0; done < Commands;) done += it.Step(doorbells.Read<int>(0), doorbells.Read<int>(4), 16, out _);
        }
    }

    [Fact]
    public void RN2_A_place_that_the_device_cannot_have_come_to_is_refused_and_counted()
    {
        using var ring = SubmissionRing<ulong>.CreateUpTo(new PlainMachine().CreateAdapter(), 8, 8);
        for (ulong i = 0; i < 5; i++) Assert.True(ring.TryWrite(i));
        Assert.Equal(5, ring.Publish());
        Assert.True(ring.TryWrite(5));

        // Behind what was published, outside the ring, and before what it has read already.
        Assert.False(ring.Release(6));
        Assert.False(ring.Release(8));
        Assert.False(ring.Release(-1));
        Assert.True(ring.Release(3));
        Assert.False(ring.Release(2));
        Assert.Equal((4L, 3, 4), (ring.Faults, ring.InFlight, ring.Free));
        Assert.True(ring.Release(3));
    }

    [Fact]
    public void RN1_Reserving_stops_at_the_wrap_and_at_the_consumer()
    {
        using var ring = SubmissionRing<ulong>.CreateUpTo(new PlainMachine().CreateAdapter(), 8, 8);
        Assert.Equal(7, ring.Reserve(100).Length);
        ring.Commit(6);
        Assert.Throws<DmaMisuseException>(() => ring.Commit(1));
        Assert.Equal(1, ring.Reserve(100).Length);
        Assert.Throws<DmaMisuseException>(() => ring.Commit(2));
        ring.Commit(1);
        Assert.Equal((0, 0), (ring.Reserve(1).Length, ring.Free));
        Assert.False(ring.TryWrite(0));
        Assert.Equal(7, ring.Publish());
        Assert.True(ring.Release(4));
        Assert.Equal(1, ring.Reserve(100).Length);
        ring.Commit(1);
        Assert.Equal(3, ring.Reserve(100).Length);
    }

    [Fact]
    public void CB6_A_ring_is_as_long_as_there_is_memory_for()
    {
        var small = new PlainMachine(pages: 2);
        using var ring = SubmissionRing<ulong>.CreateUpTo(small.CreateAdapter(), 4096, 16);
        Assert.Equal(1024, ring.Count);
        Assert.Throws<DmaResourceException>(() => CompletionRing<Completion>.CreateUpTo(small.CreateAdapter(), 4096, 4096, new RingBit(12, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => SubmissionRing<ulong>.CreateUpTo(small.CreateAdapter(), 8, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CompletionRing<Completion>.CreateUpTo(small.CreateAdapter(), 8, 8, new RingBit(16, 0)));
        Assert.Throws<ArgumentException>(() => CompletionRing<Completion>.CreateUpTo(small.CreateAdapter(), 8, 8, default));
    }

    [Fact]
    public void RN1_Rings_allocate_nothing()
    {
        var adapter = new PlainMachine().CreateAdapter();
        using var submissions = SubmissionRing<ulong>.CreateUpTo(adapter, 16, 16);
        using var descriptors = DescriptorRing<ulong>.CreateUpTo(adapter, 16, 16, new RingBit(0, 63));
        Assert.Equal(0, AllocatedBytes.Of(() =>
        {
            for (ulong i = 0; i < 100; i++)
            {
                submissions.TryWrite(i);
                submissions.Release(submissions.Publish());
                descriptors.TryPost(i);
                descriptors.Buffer.Write(8 * (int)(i % 16), i);
                descriptors.TryTake(out _);
            }
        }));
    }

    private static Property Property(Func<DmaAdapter, IDriver> make) => Prop.ForAll(Histories.Arbitrary(150), steps => Histories.Holds(Violation(steps, make), ""));

    private static string? Violation(int[] steps, Func<DmaAdapter, IDriver> make)
    {
        IDriver driver = make(new PlainMachine().CreateAdapter());
        var device = new Device(driver.Submissions, Entries, driver.Completions, Entries);
        (int tail, ulong sent, ulong seen, ulong received) = (0, 0, 0, 0);
        foreach (int step in steps)
        {
            var random = new Random(step);
            switch (random.Next(4))
            {
                case 0:
                    for (int n = random.Next(4); n > 0 && driver.TryWrite(sent + 1000); n--) sent++;
                    break;
                case 1:
                    tail = driver.Publish();
                    break;
                case 2:
                    device.Step(tail, driver.Head, random.Next(4), out List<ulong> values);
                    foreach (ulong value in values)
                        if (value != seen++ + 1000) return $"the device got {value} as command {seen - 1}";
                    break;
                default:
                    while (driver.TryRead(out Completion done))
                    {
                        if (done.Value != received++ + 1000) return $"the driver got {done.Value} as completion {received - 1}";
                        driver.Release(done.Head);
                    }

                    break;
            }
        }

        return seen > sent || received > seen ? $"{sent} were sent, {seen} seen, {received} came back" : null;
    }

    private interface IDriver
    {
        CommonBuffer Submissions { get; }

        CommonBuffer Completions { get; }

        int Head { get; }

        bool TryWrite(ulong value);

        int Publish();

        bool TryRead(out Completion completion);

        void Release(int head);
    }

    private sealed class Real(DmaAdapter adapter) : IDriver
    {
        private readonly SubmissionRing<ulong> _submissions = SubmissionRing<ulong>.CreateUpTo(adapter, Entries, Entries);
        private readonly CompletionRing<Completion> _completions = CompletionRing<Completion>.CreateUpTo(adapter, Entries, Entries, new RingBit(12, 0));
        private bool _inPlace;

        public CommonBuffer Submissions => _submissions.Buffer;

        public CommonBuffer Completions => _completions.Buffer;

        public int Head => _completions.Head;

        public bool TryWrite(ulong value)
        {
            _inPlace = !_inPlace;
            if (!_inPlace) return _submissions.TryWrite(value);
            Span<ulong> free = _submissions.Reserve(3);
            if (free.IsEmpty) return false;
            free[0] = value;
            _submissions.Commit(1);
            return true;
        }

        public int Publish() => _submissions.Publish();

        public bool TryRead(out Completion completion) => _completions.TryRead(out completion);

        public void Release(int head) => Assert.True(_submissions.Release(head));
    }

    /// <summary>A queue pair as one writes it in haste.</summary>
    private sealed class Twin(DmaAdapter adapter, string fault) : IDriver
    {
        private int _tail;
        private int _head;
        private int _next;
        private bool _phase = true;
        private (int At, ulong Value)? _late;

        public CommonBuffer Submissions { get; } = adapter.AllocateCommonBuffer(Entries * 8);

        public CommonBuffer Completions { get; } = adapter.AllocateCommonBuffer(Entries * 16);

        public int Head => _next;

        public bool TryWrite(ulong value)
        {
            int length = fault == "wraps early" ? Entries - 1 : Entries;
            int after = (_tail + 1) % length;
            if (after == _head && fault != "passes the consumer") return false;
            Settle();
            if (fault == "doorbell first") _late = (_tail, value);
            else Submissions.Write(_tail * 8, value);
            _tail = after;
            return true;
        }

        public int Publish() => _tail;

        public bool TryRead(out Completion completion)
        {
            Settle();
            completion = Completions.Read<Completion>(_next * 16);
            if ((completion.Phase & 1) != 0 != _phase) return false;
            _next = (_next + 1) % Entries;
            if (_next == 0 && fault != "forgets the phase") _phase = !_phase;
            return true;
        }

        public void Release(int head) => _head = head;

        private void Settle()
        {
            if (_late is { } late) Submissions.Write(late.At * 8, late.Value);
            _late = null;
        }
    }

    private readonly record struct Completion(ulong Value, int Head, int Phase);

    /// <summary>The device: reads submissions up to the doorbell, and writes a completion for each while there is room.</summary>
    private sealed class Device(CommonBuffer submissions, int submissionCount, CommonBuffer completions, int completionCount)
    {
        private int _head;
        private int _tail;
        private int _phase = 1;

        public int Step(int tail, int read, int most, out List<ulong> values)
        {
            values = [];
            int n = 0;
            for (; n < most && _head != tail && (_tail + 1) % completionCount != read; n++)
            {
                ulong value = submissions.Read<ulong>(_head * 8);
                values.Add(value);
                _head = (_head + 1) % submissionCount;
                completions.Write(_tail * 16, value);
                completions.Write((_tail * 16) + 8, _head);
                completions.Write((_tail * 16) + 12, _phase);
                _tail = (_tail + 1) % completionCount;
                if (_tail == 0) _phase ^= 1;
            }

            return n;
        }
    }
}
