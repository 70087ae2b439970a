namespace DmaKit;

/// <content>Where the device is.</content>
public sealed partial class CyclicTransfer
{
    // How much faster than its nominal rate a device is believed to run when only time tells laps apart.
    private const double FastestDevice = 1.05;

    private readonly DeviceClock _clock;
    private long _origin;
    private long _position;
    private long _reported;

    // When the device's position was last read, rather than made out from an interrupt.
    private long _looked;

    // How long that takes, on average.
    private long _lookTime;

    /// <summary>The device's position by its latest report: it has got this far, or a little further. Only grows.</summary>
    public long Position
    {
        get
        {
            lock (_gate) return _position;
        }
    }

    /// <summary>How the device's clock differs from the platform's, in parts per million; positive when the device is fast. 0 when not known.</summary>
    public double DriftPartsPerMillion => _clock.DriftPartsPerMillion;

    /// <summary>The clock that follows the device: positions in frames.</summary>
    public DeviceClock DeviceClock => _clock;

    /// <summary>Reports where in the ring the device is, from a register. Legal in callback context.</summary>
    /// <param name="offset">Bytes from the ring's start, 0 to <see cref="RingBytes"/> - 1.</param>
    public void ReportOffset(long offset) => ReportOffset(offset, _time.GetTimestamp());

    /// <summary>Reports where in the ring the device was at a moment.</summary>
    /// <param name="offset">Bytes from the ring's start, 0 to <see cref="RingBytes"/> - 1.</param>
    /// <param name="timestamp">When, as <see cref="TimeProvider.GetTimestamp"/> of the platform's clock said.</param>
    public void ReportOffset(long offset, long timestamp)
    {
        if ((ulong)offset >= (ulong)RingBytes)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The device is at offset {offset} of a ring of {RingBytes} bytes; legal: 0 to {RingBytes - 1}.");
        ReportModulo(offset, RingBytes, timestamp);
    }

    /// <summary>Reports a counter that runs on over laps, such as one that the device keeps in memory. Legal in callback context.</summary>
    /// <param name="counter">The counter's value; 0 at the ring's start when the device started.</param>
    /// <param name="bits">How many bits it has before it wraps, 8 to 63.</param>
    /// <param name="unitBytes">How many bytes it counts as one, 1 or more.</param>
    public void ReportCounter(ulong counter, int bits, int unitBytes = 1) => ReportCounter(counter, bits, unitBytes, _time.GetTimestamp());

    /// <summary>Reports a counter's value at a moment.</summary>
    /// <param name="counter">The counter's value; 0 at the ring's start when the device started.</param>
    /// <param name="bits">How many bits it has before it wraps, 8 to 63.</param>
    /// <param name="unitBytes">How many bytes it counts as one, 1 or more; all it can count must be less than 2^63 bytes.</param>
    /// <param name="timestamp">When.</param>
    public void ReportCounter(ulong counter, int bits, int unitBytes, long timestamp)
    {
        if (bits is < 8 or > 63) throw new ArgumentOutOfRangeException(nameof(bits), bits, $"The counter has {bits} bits; legal: 8 to 63.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unitBytes);
        UInt128 modulus = (UInt128)(1UL << bits) * (uint)unitBytes;
        if (modulus > long.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(unitBytes), unitBytes, $"A counter of {bits} bits in units of {unitBytes} bytes counts more than 2^63 bytes: say fewer bits.");
        ReportModulo((long)((counter & ((1UL << bits) - 1)) * (uint)unitBytes), (long)modulus, timestamp);
    }

    /// <summary>
    /// Reports that the device has gone past the end of a period, or of several: for a device that tells nothing else. Legal in callback
    /// context. Interrupts do not count, so periods that were missed are made out with the help of the clock.
    /// </summary>
    public void ReportPeriod() => ReportPeriod(_time.GetTimestamp());

    /// <summary>Reports that the device had gone past the end of a period at a moment.</summary>
    /// <param name="timestamp">When.</param>
    public void ReportPeriod(long timestamp)
    {
        bool stop;
        lock (_gate)
        {
            if (!IsMoving) return;
            long least = PeriodBytes - Offset(_position) % PeriodBytes;
            long elapsed = Elapsed(timestamp);
            (long expected, long bound) = Expect(timestamp);
            long missed = Math.Max(0, (long)Math.Round((double)(expected - _position - least) / PeriodBytes, MidpointRounding.ToZero));
            if (elapsed <= least + PeriodBytes / 2) missed = 0;
            else if (2 * bound >= PeriodBytes) NoteLost();
            else if (missed > 0) _counted = _counted with { ResolvedLaps = _counted.ResolvedLaps + missed };

            // The moment of an interrupt is that of the period's end, however coarse the positions are.
            stop = Advance(_position + least + missed * PeriodBytes, timestamp, accuracy: 0);
        }

        if (stop) Stop();
    }

    private void ReportModulo(long value, long modulus, long timestamp)
    {
        bool stop;
        lock (_gate)
        {
            if (!IsMoving) return;
            long here = (_position - _origin) % modulus;
            long delta = value - here;
            if (delta < 0) delta += modulus;
            delta = Unwrap(delta, modulus, timestamp);
            if (delta < 0)
            {
                _counted = _counted with { BackwardReports = _counted.BackwardReports + 1 };
                return;
            }

            stop = Advance(_position + delta, timestamp, _options.PositionAccuracy);
            _looked = timestamp;
        }

        if (stop) Stop();
    }

    /// <summary>How far the device has gone since the last report, when that is known but for whole laps; negative when it seems to have gone back.</summary>
    private long Unwrap(long delta, long modulus, long timestamp)
    {
        long nominal = Elapsed(timestamp);
        long possible = (long)(nominal * FastestDevice) + Spread + modulus / 4;

        // A handler that was overtaken by a poll reports what is known already.
        if (delta > possible && modulus - delta <= modulus / 4) return -1;
        if (delta > possible || modulus > possible - delta) return delta;
        (long expected, long bound) = Expect(timestamp);
        if (2 * bound >= modulus)
        {
            NoteLost();
            return delta + Math.Max(0, (long)Math.Round((double)(nominal - delta) / modulus)) * modulus;
        }

        long laps = Math.Max(0, (long)Math.Round((double)(expected - _position - delta) / modulus));
        _counted = _counted with { ResolvedLaps = _counted.ResolvedLaps + laps };
        return delta + laps * modulus;
    }

    /// <summary>Takes a new position.</summary>
    /// <returns>Whether the device is to be stopped: it has come to the end, or there was an underrun and the policy says so.</returns>
    private bool Advance(long position, long timestamp, int accuracy)
    {
        _counted = _counted with { Reports = _counted.Reports + 1 };
        if (!_held) _clock.Report(timestamp, position / FrameBytes, (accuracy + FrameBytes - 1) / FrameBytes);
        _reported = timestamp;
        bool stop = IsPlayback ? AdvancePlayback(position) : AdvanceCapture(position);
        WakeWaiters();
        return stop;
    }

    /// <summary>Asks the device for its position, unless it was asked so lately that an answer would be no younger by the time it came.</summary>
    internal void Look()
    {
        long asked = _time.GetTimestamp();
        lock (_gate)
            if (!IsMoving || asked - _looked < _lookTime) return;
        _device.Poll(this);
        long took = _time.GetTimestamp() - asked;
        lock (_gate) _lookTime += (took - _lookTime) / 8;
    }

    /// <summary>Where the device should be at a moment by the clock, and by how much that may be wrong, in bytes.</summary>
    private (long Position, long Bound) Expect(long timestamp)
    {
        (long frames, long bound) = _clock.Predict(timestamp);
        return (frames * FrameBytes, Math.Min(bound, long.MaxValue / 4 / FrameBytes) * FrameBytes);
    }

    /// <summary>The furthest that the device may have fetched at a moment. The clock was told of the position's accuracy: its bound has it in.</summary>
    private long FurthestAt(long timestamp)
    {
        if (!IsMoving) return _position;
        if (_held) return FrameUp(_position + Spread);
        (long position, long bound) = Expect(timestamp);
        return FrameUp(Math.Max(_position, position + bound) + _options.FifoBytes);
    }

    /// <summary>How far beyond the position of a register the device may have fetched.</summary>
    private long Spread => (long)_options.FifoBytes + _options.PositionAccuracy;

    /// <summary>How far the device goes nominally in the time since the last report.</summary>
    private long Elapsed(long timestamp)
    {
        if (_held) return 0;
        double seconds = Math.Max(0, timestamp - _reported) / (double)_time.TimestampFrequency;
        return (long)Math.Min(seconds * Rate * FrameBytes, long.MaxValue / 4);
    }

    private void NoteLost()
    {
        _counted = _counted with { LostPositions = _counted.LostPositions + 1 };
        _clock.Restart();
    }
}
