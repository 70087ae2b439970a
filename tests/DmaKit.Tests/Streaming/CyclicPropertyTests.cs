using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Tests;

/// <summary>Random schedules of a playing ring: appends, writes at positions, device steps of more than a lap too, stops and starts; and twins that the same property must catch.</summary>
public sealed class CyclicPropertyTests
{
    [Fact]
    public void S3_No_byte_is_played_that_was_not_written_for_its_position() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(250), Property(device => new Ring(device)));

    [Theory]
    [InlineData(nameof(RawTwin), "was played at")]
    [InlineData(nameof(NoSilenceTwin), "was played at")]
    [InlineData(nameof(UnreportedTwin), "stale")]
    [InlineData(nameof(OffsetTwin), "went back")]
    [InlineData(nameof(MiscountTwin), "add up")]
    [InlineData(nameof(DeafTwin), "was not heard")]
    public void S3_The_same_property_catches_a_broken_ring(string twin, string complaint)
    {
        Func<RingDevice, Ring> make = device => twin switch
        {
            nameof(RawTwin) => new RawTwin(device),
            nameof(NoSilenceTwin) => new NoSilenceTwin(device),
            nameof(UnreportedTwin) => new UnreportedTwin(device),
            nameof(OffsetTwin) => new OffsetTwin(device),
            nameof(MiscountTwin) => new MiscountTwin(device),
            _ => new DeafTwin(device),
        };
        Exception error = Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Property(make, complaint)));
        Assert.Contains(complaint, error.ToString(), StringComparison.Ordinal);
    }

    private static Property Property(Func<RingDevice, Ring> make, string only = "") =>
        Prop.ForAll(Histories.Arbitrary(120), steps => Histories.Holds(Violation(steps, make), only));

    private static string? Violation(int[] steps, Func<RingDevice, Ring> make)
    {
        int shape = steps.Length == 0 ? 0 : steps[0];
        int frame = (shape % 3) switch { 0 => 1, 1 => 4, _ => 6 };
        int fifo = shape / 3 % 3 * 2 * frame;
        var device = new RingDevice(new()
        {
            FrameBytes = frame,
            Rate = RingDevice.Rate,
            PeriodBytes = frame * (5 + shape / 9 % 20),
            RingBytes = frame * (60 + shape / 180 % 200),
            FifoBytes = fifo,
            Underrun = UnderrunPolicy.Silence,
        })
        { Fifo = fifo };
        Ring ring = make(device);
        var play = new Schedule(device, ring);
        foreach (int step in steps)
            if (play.Step(new Random(step)) is { } wrong) return wrong;
        return play.End();
    }

    /// <summary>Plays a schedule and keeps its own books.</summary>
    private sealed class Schedule(RingDevice device, Ring ring)
    {
        private readonly HashSet<long> _written = [];
        private readonly HashSet<long> _late = [];
        private readonly HashSet<long> _stale = [];
        private int _checked;
        private long _last;

        public string? Step(Random random)
        {
            int frame = device.Transfer.FrameBytes;
            int lap = (int)device.Transfer.RingBytes;
            switch (random.Next(20))
            {
                case < 5:
                    Note(ring.Append(random.Next(1, lap / frame + 1) * frame));
                    break;
                case < 9:
                    long at = (device.Transfer.Position + random.Next(-lap / 4, lap)) / frame * frame;
                    Note(ring.WriteAt(Math.Max(0, at), random.Next(1, lap / frame / 2 + 1) * frame));
                    break;
                case < 16:
                    device.Move(random.Next(0, lap / 3));
                    break;
                case 16:
                    device.Move(random.Next(0, 3 * lap));
                    break;
                case 17:
                    device.MoveAtPoll = random.Next(2) == 0 ? () => 0 : () => random.Next(0, 3);
                    break;
                case 18 when random.Next(3) == 0:
                    ring.Stop();
                    break;
                default:
                    if (!device.IsMoving) ring.Start();
                    break;
            }

            if (random.Next(3) > 0) ring.Report();
            return Look();
        }

        public string? End()
        {
            ring.Report();
            return Look();
        }

        private void Note(CyclicWrite write)
        {
            for (long p = write.Position; p < write.Position + write.Written; p++) _written.Add(p);

            // Which of them were late is not told one by one: any of the first may be heard or not.
            for (long p = write.Position; p < write.Position + Math.Min(write.Late, write.Written); p++) _late.Add(p);
        }

        private string? Look()
        {
            for (; _checked < device.Played.Count; _checked++)
            {
                (long position, byte value) = device.Played[_checked];
                bool right = value == 0 || value == RingDevice.Of(position);
                if (!right && !device.Unreported.Contains(position)) return $"a byte of another position was played at {position}";
                if (!right) _stale.Add(position);
                else if (value == 0 && _written.Contains(position) && !_late.Contains(position) && !device.Unreported.Contains(position)) return $"what was written for {position} was not heard";
            }

            long now = ring.Position;
            if (now < _last) return $"the position went back from {_last} to {now}";
            _last = now;
            CyclicStatistics counted = ring.Statistics;
            long books = counted.DataBytes + counted.UnderrunBytes + counted.SilenceBytes;
            if (books != Math.Max(now, device.Transfer.End)) return $"{counted.DataBytes} of data, {counted.UnderrunBytes} missing and {counted.SilenceBytes} silent do not add up to {Math.Max(now, device.Transfer.End)}";
            if (_stale.Count(p => p < now) > counted.StaleBytes) return $"{_stale.Count(p => p < now)} stale bytes were played, {counted.StaleBytes} reported";
            return null;
        }
    }

    /// <summary>A ring as the property sees it.</summary>
    private class Ring(RingDevice device)
    {
        protected RingDevice Device { get; } = device;

        public virtual long Position => Device.Transfer.Position;

        public virtual CyclicStatistics Statistics => Device.Transfer.Statistics;

        public virtual CyclicWrite Append(int bytes)
        {
            CyclicSpans place = Device.Transfer.AcquireWrite(bytes);
            return Commit(place, 0);
        }

        public virtual CyclicWrite WriteAt(long position, int bytes)
        {
            CyclicSpans place = Device.Transfer.AcquireWriteAt(position, bytes, out int late);
            return Commit(place, late);
        }

        public virtual void Start() => Device.Transfer.Start();

        public void Stop() => Device.Transfer.Stop();

        public virtual void Report()
        {
            if (Device.IsMoving) Device.Report();
        }

        private CyclicWrite Commit(CyclicSpans place, int late)
        {
            (long position, int length) = (place.Position, place.Length);
            place.CopyFrom(RingDevice.Data(position, length));

            // Time goes on while a program copies.
            Device.Move(Device.MoveAtPoll());
            return new CyclicWrite(position, length, Device.Transfer.CommitWrite(length));
        }
    }

    /// <summary>Writes where it was asked to, however late that is.</summary>
    private sealed class RawTwin(RingDevice device) : Ring(device)
    {
        public override CyclicWrite WriteAt(long position, int bytes)
        {
            if (!Device.IsMoving) return base.WriteAt(position, bytes);
            Span<byte> ring = Device.Ring;
            for (long p = position; p < position + bytes; p++) ring[(int)Device.Transfer.OffsetOf(p)] = RingDevice.Of(p);
            return new CyclicWrite(position, 0, 0);
        }
    }

    /// <summary>Puts back what silence has overwritten.</summary>
    private sealed class NoSilenceTwin(RingDevice device) : Ring(device)
    {
        public override void Report()
        {
            byte[] before = Device.Ring.ToArray();
            long from = Device.Transfer.Position;
            base.Report();
            for (long p = from; p < Math.Min(Device.Transfer.Position, from + before.Length); p++)
            {
                int offset = (int)Device.Transfer.OffsetOf(p);
                Device.Ring[offset] = before[offset];
            }
        }
    }

    /// <summary>Does not say how much was stale.</summary>
    private sealed class UnreportedTwin(RingDevice device) : Ring(device)
    {
        public override CyclicStatistics Statistics => base.Statistics with { StaleBytes = 0 };
    }

    /// <summary>Takes the offset for the position.</summary>
    private sealed class OffsetTwin(RingDevice device) : Ring(device)
    {
        public override long Position => Device.Transfer.OffsetOf(base.Position);
    }

    /// <summary>Forgets underruns.</summary>
    private sealed class MiscountTwin(RingDevice device) : Ring(device)
    {
        public override CyclicStatistics Statistics => base.Statistics with { UnderrunBytes = 0 };
    }

    /// <summary>Loses a byte of each write and says nothing.</summary>
    private sealed class DeafTwin(RingDevice device) : Ring(device)
    {
        public override CyclicWrite Append(int bytes)
        {
            CyclicWrite write = base.Append(bytes);
            if (write.Written > 0) Device.Ring[(int)Device.Transfer.OffsetOf(write.Position + write.Written - 1)] = 0;
            return write;
        }
    }
}
