using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Tests;

/// <summary>Descriptors with an owner bit between a driver and a device, in random steps; and drivers that the same test must catch.</summary>
public sealed class DescriptorRingTests
{
    private const int Entries = 4;
    private const ulong Own = 1UL << 63;
    private const ulong End = 1UL << 62;

    [Fact]
    public void RN1_Descriptors_go_round_in_order() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Property(adapter => new Real(adapter)));

    [Theory]
    [InlineData("owner first")]
    [InlineData("takes what the device has")]
    [InlineData("passes the consumer")]
    public void RN1_The_same_property_catches_a_broken_descriptor_ring(string fault) =>
        Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Property(adapter => new Twin(adapter, fault))));

    [Fact]
    public void RN1_The_last_descriptor_and_no_other_is_marked()
    {
        using DescriptorRing<ulong> ring = Create(new PlainMachine().CreateAdapter());
        for (int lap = 0; lap < 3; lap++)
        {
            for (int i = 0; i < Entries; i++)
            {
                // Neither bit is the value's to decide.
                Assert.True(ring.TryPost(Own | End | 7));
                Assert.Equal(Own | 7 | (i == Entries - 1 ? End : 0), ring.Buffer.Read<ulong>(i * 8));
            }

            Assert.False(ring.TryPost(1));
            Assert.False(ring.TryTake(out _));
            for (int i = 0; i < Entries; i++)
            {
                ring.Buffer.Write(i * 8, 9UL);
                Assert.True(ring.TryTake(out ulong done));
                Assert.Equal(9UL, done);
            }
        }

        Assert.False(ring.TryTake(out _));
        Assert.Equal((Entries, 0), (ring.Free, ring.InFlight));
    }

    [Fact]
    public void RN1_Rings_show_themselves()
    {
        DmaAdapter adapter = new PlainMachine().CreateAdapter();
        using DescriptorRing<ulong> ring = Create(adapter);
        using var submissions = SubmissionRing<ulong>.CreateUpTo(adapter, 8, 8, "queue 1");
        Assert.True(ring.TryPost(1));
        Assert.True(submissions.TryWrite(1));
        using var text = new StringWriter();
        ring.Snapshot.WriteText(text);
        submissions.Snapshot.WriteText(text);
        Assert.Equal(
            "descriptors 'receive': 4 entries of 8 bytes at 0x10000000; head 0, tail 1, 1 in flight, 0 handled, 0 faults\n"
            + "submissions 'queue 1': 8 entries of 8 bytes at 0x10001000; head 0, tail 1, 1 in flight, 0 handled, 0 faults\n",
            text.ToString());
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) ring.Snapshot.WriteJson(json);
        using JsonDocument read = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(("receive", 1), (read.RootElement.GetProperty("ring").GetString(), read.RootElement.GetProperty("inFlight").GetInt32()));
    }

    [Theory]
    [InlineData(0, 63, 7, 128)]
    [InlineData(8, 0, 8, 1)]
    [InlineData(4, 31, 7, 128)]
    public void RN1_A_bit_is_named_as_data_sheets_do(int offset, int bit, int at, int mask) =>
        Assert.Equal((at, (byte)mask), (new RingBit(offset, bit).Offset, new RingBit(offset, bit).Mask));

    private static DescriptorRing<ulong> Create(DmaAdapter adapter) =>
        DescriptorRing<ulong>.CreateUpTo(adapter, Entries, Entries, new RingBit(0, 63), new RingBit(0, 62), "receive");

    private static Property Property(Func<DmaAdapter, IDriver> make) => Prop.ForAll(Histories.Arbitrary(150), steps => Histories.Holds(Violation(steps, make), ""));

    private static string? Violation(int[] steps, Func<DmaAdapter, IDriver> make)
    {
        IDriver driver = make(new PlainMachine().CreateAdapter());
        (int at, ulong posted, ulong seen, ulong taken) = (0, 0, 0, 0);
        string? wrong = null;
        foreach (int step in steps)
        {
            var random = new Random(step);
            switch (random.Next(3))
            {
                case 0:
                    if (driver.TryPost(posted + 1000, Look)) posted++;
                    break;
                case 1:
                    for (int n = random.Next(4); n > 0; n--) Look();
                    break;
                default:
                    if (!driver.TryTake(out ulong done)) break;
                    if (done != taken++ + 500_000) return $"descriptor {taken - 1} came back as {done}";
                    break;
            }

            if (wrong is not null) return wrong;
        }

        return null;

        // The device: does the next descriptor, if it is its own.
        void Look()
        {
            ulong descriptor = driver.Buffer.Read<ulong>(at * 8);
            if ((descriptor & Own) == 0) return;
            if ((descriptor & ~(Own | End)) != seen + 1000) wrong ??= $"the device got {descriptor & ~(Own | End)} as descriptor {seen}";
            driver.Buffer.Write(at * 8, seen++ + 500_000);
            at = (at + 1) % Entries;
        }
    }

    private interface IDriver
    {
        CommonBuffer Buffer { get; }

        /// <summary>Posts a descriptor; the device may look wherever the driver has done a store.</summary>
        bool TryPost(ulong value, Action look);

        bool TryTake(out ulong value);
    }

    private sealed class Real(DmaAdapter adapter) : IDriver
    {
        private readonly DescriptorRing<ulong> _ring = Create(adapter);
        private bool _inPlace;

        public CommonBuffer Buffer => _ring.Buffer;

        public bool TryPost(ulong value, Action look)
        {
            _inPlace = !_inPlace;
            if (!_inPlace) return _ring.TryPost(value);
            Span<ulong> free = _ring.Reserve(2);
            if (free.IsEmpty) return false;
            free[0] = value;
            look();
            _ring.Commit(1);
            return true;
        }

        public bool TryTake(out ulong value) => _ring.TryTake(out value);
    }

    private sealed class Twin(DmaAdapter adapter, string fault) : IDriver
    {
        private int _head;
        private int _tail;
        private int _inFlight;

        public CommonBuffer Buffer { get; } = adapter.AllocateCommonBuffer(Entries * 8);

        public bool TryPost(ulong value, Action look)
        {
            if (_inFlight == Entries && fault != "passes the consumer") return false;
            if (fault == "owner first")
            {
                Buffer.Write((_tail * 8) + 7, (byte)(Own >> 56));
                look();
            }

            Buffer.Write(_tail * 8, value | Own);
            _tail = (_tail + 1) % Entries;
            _inFlight++;
            return true;
        }

        public bool TryTake(out ulong value)
        {
            value = Buffer.Read<ulong>(_head * 8);
            if (_inFlight == 0 || ((value & Own) != 0 && fault != "takes what the device has")) return false;
            _head = (_head + 1) % Entries;
            _inFlight--;
            return true;
        }
    }
}
