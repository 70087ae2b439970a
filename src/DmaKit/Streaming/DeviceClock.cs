using System.Numerics;
using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// Relates the host's time to a device's position: from reports of where the device was at a host time, late and early by some jitter, it
/// predicts where the device is at any time, how far off that may be, and by how many ppm the device's own clock runs fast or slow.
/// </summary>
/// <remarks>
/// <para>
/// The estimate is the line of least squares through all reports since the last thing that broke the line: a stall, a jump, a change of rate. Its error falls with the
/// time it has watched, which that of a control loop of fixed bandwidth does not. <c>docs/device-clock.md</c> shows both.
/// </para>
/// <para>
/// Positions are in frames and have 64 bits; host times are timestamps of the platform's <see cref="TimeProvider"/>. Reports may be missing, repeated, or out of
/// order. All members are safe from any thread, legal in callback context, and allocate nothing.
/// </para>
/// </remarks>
public sealed class DeviceClock
{
    // The weight of the first guess at the jitter, in reports.
    private const double GuessWeight = 3;

    // Reports further off than this many standard deviations are looked at before they are believed.
    private const double Gate = 8;

    // So many of them in a row at one distance from the line are a jump; more than so many of the last 32 without order are just more jitter.
    private const int JumpReports = 4;
    private const int RestlessReports = 8;

    // The fall of the sum of squares that breaks the line: by chance it comes once in exp(18) times. Less widens the bound: with a bend in the
    // last few reports that might be chance still, and sooner with one that goes through a good part of them, as when a crystal warms up.
    private const double Break = 36;
    private const double Suspect = 20;
    private const double SuspectBend = 12;
    private const int BendPart = 8;

    // By how much a crystal wanders while nobody watches it: the bound of an old report grows by this.
    private const double Wander = 0.1e-6;

    private readonly ClockWindow _window = new();
    private readonly (long Time, long Position, long Accuracy)[] _strays = new (long, long, long)[JumpReports];
    private readonly double _rate;
    private readonly double _secondsPerTick;
    private readonly double _ticksPerSecond;
    private readonly double _guess;
    private readonly double _tolerance;
    private SpinGate _gate;

    // Times and positions are measured from here, and positions from a line of this rate: what is left over stays small for ever.
    private long _originTime;
    private long _originPosition;
    private double _reference;

    private LineFit _open;
    private LineFit _all;
    private double _priorSlope;
    private double _priorVariance;
    private long _nextTilt;
    private double _slope;
    private double _slopeVariance;
    private double _variance;
    private double _clumps;
    private double _clumpWeight;
    private double _suspicion;

    private long _lastTime;
    private long _lastPosition;
    private long _lastAccuracy;
    private long _sameSince;
    private long _newestTime;
    private int _strayCount;
    private uint _strayHistory;
    private double _strayDistance;
    private DeviceClockState _state;

    private long _reports;
    private long _duplicates;
    private long _outliers;
    private long _jumps;
    private long _changes;
    private long _stalls;

    /// <summary>Creates a clock that was told nothing yet.</summary>
    /// <param name="options">Nominal rate, host time, expectations.</param>
    public DeviceClock(DeviceClockOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _rate = _reference = options.Rate;
        _ticksPerSecond = options.TimestampFrequency;
        _secondsPerTick = 1.0 / options.TimestampFrequency;
        double jitter = options.ExpectedJitter.TotalSeconds * _rate;
        _guess = _variance = jitter * jitter;
        double tolerance = options.TolerancePartsPerMillion * 1e-6 * _rate;
        _tolerance = _priorVariance = _slopeVariance = tolerance * tolerance;
    }

    /// <summary>Creates a clock for a device of a rate, on a platform's time.</summary>
    /// <param name="rate">How many frames the device should move a second.</param>
    /// <param name="time">The clock that host timestamps come from.</param>
    public DeviceClock(double rate, TimeProvider time)
        : this(new DeviceClockOptions { Rate = rate, TimestampFrequency = (time ?? throw new ArgumentNullException(nameof(time))).TimestampFrequency })
    {
    }

    /// <summary>Whether the clock follows, waits for a first report, or sees the device stand still.</summary>
    public DeviceClockState State
    {
        get
        {
            _gate.Enter();
            DeviceClockState state = _state;
            _gate.Leave();
            return state;
        }
    }

    /// <summary>By how much the device's clock is faster than its nominal rate by the host's time, in parts per million; negative where it is slower.</summary>
    public double DriftPartsPerMillion
    {
        get
        {
            _gate.Enter();
            double drift = (_reference - _rate + _slope) / _rate * 1e6;
            _gate.Leave();
            return drift;
        }
    }

    /// <summary>How far <see cref="DriftPartsPerMillion"/> may be off, in parts per million, as honest as the bound of a prediction.</summary>
    public double DriftErrorBound
    {
        get
        {
            _gate.Enter();
            double bound = Quantile() * Math.Sqrt(_slopeVariance) / _rate * 1e6;
            _gate.Leave();
            return bound;
        }
    }

    /// <summary>What was reported, and what was made of it.</summary>
    public DeviceClockStatistics Statistics
    {
        get
        {
            _gate.Enter();
            var statistics = new DeviceClockStatistics
            {
                Reports = _reports,
                Duplicates = _duplicates,
                Outliers = _outliers,
                Jumps = _jumps,
                Changes = _changes,
                Stalls = _stalls,
                WindowReports = _all.Count,
                WindowTime = TimeSpan.FromSeconds(_all.Weight > 0 ? Math.Sqrt(12 * _all.Stt / _all.Weight) : 0),
                Jitter = TimeSpan.FromSeconds(Math.Sqrt(_variance) / _rate),
            };
            _gate.Leave();
            return statistics;
        }
    }

    /// <summary>Tells where the device was.</summary>
    /// <param name="hostTimestamp">When, by the host: as close to reading the position as can be.</param>
    /// <param name="position">The position in frames, growing for ever; not the offset in a ring.</param>
    /// <param name="accuracy">
    /// How many frames further the device may have been: the step in which its position counts, less one; a whole period for a device that only tells periods; 0 where the position is exact.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Position or accuracy is negative.</exception>
    public void Report(long hostTimestamp, long position, long accuracy = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfNegative(accuracy);
        _gate.Enter();
        Take(hostTimestamp, position, accuracy);
        _gate.Leave();
    }

    /// <summary>Says where the device is at a host time, later or earlier than the reports.</summary>
    /// <param name="hostTimestamp">The host time.</param>
    /// <returns>
    /// Position and bound. While the device stands still it is the stretch from where it stands to where it would be had it gone on right after the last report.
    /// </returns>
    public ClockPrediction Predict(long hostTimestamp)
    {
        _gate.Enter();
        ClockPrediction prediction = _state switch
        {
            DeviceClockState.Waiting => new(0, long.MaxValue),
            DeviceClockState.Stalled => PredictStalled(hostTimestamp),
            _ => PredictMoving(hostTimestamp),
        };
        _gate.Leave();
        return prediction;
    }

    /// <summary>Says when the device reaches, or reached, a position. While it stands still: when it would if it went on now.</summary>
    /// <param name="position">The position in frames.</param>
    /// <returns>The host time; <see cref="Predict"/> for it tells the bound. <see cref="long.MaxValue"/> before the first report.</returns>
    public long TimestampAt(long position)
    {
        _gate.Enter();
        long at = long.MaxValue;
        if (_state != DeviceClockState.Waiting)
        {
            double speed = _reference + _slope;
            double seconds = _state == DeviceClockState.Stalled
                ? Seconds(_newestTime) + ((position - _lastPosition) / speed)
                : (position - _originPosition - _all.MeanX + (_slope * _all.MeanT)) / speed;
            at = _originTime + (long)Math.Round(Math.Clamp(seconds * _ticksPerSecond, -4e18, 4e18));
        }

        _gate.Leave();
        return at;
    }

    /// <summary>
    /// Tells that what follows does not go on from what was: the device was stopped, or its position begins anew. What was learnt of the
    /// device's speed is kept; where it is, the next report tells.
    /// </summary>
    public void Restart()
    {
        _gate.Enter();
        Forget();
        _state = DeviceClockState.Waiting;
        _gate.Leave();
    }

    private double Seconds(long time) => (time - _originTime) * _secondsPerTick;

    private double Distance(double seconds, long position, long accuracy) => position - _originPosition + (accuracy * 0.5) - (_reference * seconds);

    private double Freedom => Math.Max(0, _all.Count - 2) + GuessWeight;

    // How many standard deviations the bound is: near 3.6 in the long run, more where the jitter itself is hardly known.
    private double Quantile() => 3.6 + (12 / Freedom);

    private ClockPrediction PredictMoving(long time)
    {
        double t = Seconds(time);
        double lever = t - _all.MeanT;
        double moved = (_reference * t) + _all.MeanX + (_slope * lever);
        double deviation = Math.Sqrt((_variance / _all.Weight) + (lever * lever * _slopeVariance));
        double age = Math.Max(0, t - Seconds(_newestTime));
        double bound = (Quantile() * deviation) + (_all.Steps / _all.Weight) + (Wander * _rate * age) + _suspicion + 0.5;
        if (_strayCount > 1) bound = Math.Max(bound, Math.Abs(_strayDistance) + (4 * Math.Sqrt(_variance)));
        return new(_originPosition + (long)Math.Round(moved), (long)Math.Ceiling(Math.Min(bound, 4e18)));
    }

    private ClockPrediction PredictStalled(long time)
    {
        double half = Math.Max(0, (time - _newestTime) * _secondsPerTick * (_reference + _slope) * 0.5);
        double bound = half + (_lastAccuracy * 0.5) + (4 * Math.Sqrt(_variance));
        return new(_lastPosition + (_lastAccuracy / 2) + (long)Math.Round(half), (long)Math.Ceiling(bound));
    }

    private void Take(long time, long position, long accuracy)
    {
        _reports++;
        if (_state == DeviceClockState.Waiting)
        {
            Begin(time, position, accuracy);
            return;
        }

        if (time == _lastTime && position == _lastPosition)
        {
            _duplicates++;
            return;
        }

        if (position != _lastPosition) _sameSince = time;
        _lastTime = time;
        _lastPosition = position;
        _lastAccuracy = accuracy;
        if (_state == DeviceClockState.Stalled)
        {
            Wake(time, position, accuracy);
            _newestTime = Math.Max(_newestTime, time);
            return;
        }

        _newestTime = Math.Max(_newestTime, time);
        double t = Seconds(time);
        double x = Distance(t, position, accuracy);
        double lever = t - _all.MeanT;
        double step = accuracy * accuracy / 12.0;
        double off = x - _all.MeanX - (_slope * lever);
        double limit = (Gate * Math.Sqrt(_variance + step + (_variance / _all.Weight) + (lever * lever * _slopeVariance))) + (accuracy * 0.5);
        if (off < -limit && (time - _sameSince) * _secondsPerTick * _reference > accuracy + limit)
        {
            _state = DeviceClockState.Stalled;
            _stalls++;
            _strayCount = 0;
            return;
        }

        bool stray = Math.Abs(off) > limit;
        _strayHistory = (_strayHistory << 1) | (stray ? 1u : 0u);
        if (stray && _all.Count >= ClockWindow.BucketReports && BitOperations.PopCount(_strayHistory) <= RestlessReports)
        {
            Doubt(time, position, accuracy, off, limit);
            return;
        }

        _outliers += _strayCount;
        _strayCount = 0;
        Accept(t, x, accuracy);
    }

    private void Begin(long time, long position, long accuracy)
    {
        _originTime = _lastTime = _sameSince = _newestTime = time;
        _originPosition = _lastPosition = position;
        _lastAccuracy = accuracy;
        _state = DeviceClockState.Following;
        Accept(0, accuracy * 0.5, accuracy);
    }

    // A position that grows again. Where it fits the old line nothing had stood still: only reports had come late.
    private void Wake(long time, long position, long accuracy)
    {
        if (_sameSince != time) return;
        double t = Seconds(time);
        double x = Distance(t, position, accuracy);
        double off = x - _all.MeanX - (_slope * (t - _all.MeanT));
        if (Math.Abs(off) <= (Gate * Math.Sqrt(_variance)) + accuracy)
        {
            _state = DeviceClockState.Following;
            Accept(t, x, accuracy);
            return;
        }

        Forget();
        Begin(time, position, accuracy);
    }

    // A report far off the line. One alone is a handler that ran late; several in a row at one distance are where the device is now.
    private void Doubt(long time, long position, long accuracy, double off, double limit)
    {
        if (_strayCount > 0 && Math.Abs(off - _strayDistance) > limit)
        {
            _outliers += _strayCount;
            _strayCount = 0;
        }

        _strays[_strayCount++] = (time, position, accuracy);
        _strayDistance = off;
        if (_strayCount < JumpReports) return;
        _jumps++;
        Forget();
        Begin(_strays[0].Time, _strays[0].Position, _strays[0].Accuracy);
        for (int i = 1; i < JumpReports; i++)
        {
            double t = Seconds(_strays[i].Time);
            Accept(t, Distance(t, _strays[i].Position, _strays[i].Accuracy), _strays[i].Accuracy);
        }

        _lastTime = _newestTime = time;
        _lastPosition = position;
        _lastAccuracy = accuracy;
    }

    // The place on the line is forgotten; its slope is what the next line starts from, with an error that allows for what broke this one.
    private void Forget()
    {
        if (_all.Count >= 4 * ClockWindow.BucketReports)
        {
            double wander = 1e-6 * _rate;
            _priorSlope = _slope;
            _priorVariance = Math.Min(_tolerance, (4 * _slopeVariance) + (wander * wander));
        }

        _window.Clear();
        _open = _all = default;
        _slope = _priorSlope;
        _slopeVariance = _priorVariance;
        _clumps = _clumpWeight = 0;
        _suspicion = 0;
        _nextTilt = 0;
        _strayCount = 0;
        _strayHistory = 0;
    }

    private void Accept(double t, double x, long accuracy)
    {
        double weight = _variance / (_variance + (accuracy * (double)accuracy / 12));
        _open.Add(t, x, weight, accuracy * 0.5);
        _all = LineFit.Join(_window.All, _open);
        Fit();
        if (_open.Count < ClockWindow.BucketReports) return;

        // Errors that come in clumps average out more slowly than single ones: seen from the means of whole buckets.
        double mean = _open.MeanX - _all.MeanX - (_slope * (_open.MeanT - _all.MeanT));
        _clumps += _open.Weight * mean * mean;
        _clumpWeight++;
        _window.Add(_open);
        _open = default;
        Search();
        if (_all.Count >= _nextTilt) Tilt();
    }

    private void Fit()
    {
        double plain = (_all.Residue + (GuessWeight * _guess)) / Freedom;
        double clumped = (_clumps + (GuessWeight * plain)) / (_clumpWeight + GuessWeight);
        _variance = Math.Max(plain, clumped);
        double known = 1 / _priorVariance;
        double seen = _all.Stt / _variance;
        _slope = ((_all.Stx / _variance) + (_priorSlope * known)) / (seen + known);
        _slopeVariance = 1 / (seen + known);
    }

    private void Search()
    {
        double gain = _window.BestSplit(_variance, out LineFit older, out LineFit newer);
        double clumped = Math.Max(1, _variance * Freedom / (_all.Residue + (GuessWeight * _guess)));
        gain /= clumped;
        _suspicion = 0;
        if (gain < Break)
        {
            bool bend = newer.Count * BendPart >= _all.Count;
            double t = bend ? Seconds(_newestTime) : newer.MeanT;
            if (gain >= (bend ? SuspectBend : Suspect)) _suspicion = Math.Abs(newer.MeanX + (bend ? newer.Slope * (t - newer.MeanT) : 0) - _all.MeanX - (_slope * (t - _all.MeanT)));
        }

        if (gain >= Break) Cut(older, newer);
        if (PriorIsWrong())
        {
            _priorSlope = _rate - _reference;
            _priorVariance = _tolerance;
            Fit();
        }
    }

    private void Cut(in LineFit older, in LineFit newer)
    {
        _changes++;
        double oldVariance = 1 / ((older.Stt / _variance) + (1 / _priorVariance));
        double oldSlope = ((older.Stx / _variance) + (_priorSlope / _priorVariance)) * oldVariance;
        _window.KeepNewest(newer.Count);
        _all = _window.All;
        _priorSlope = oldSlope;
        double wander = 1e-6 * _rate;

        // A jump leaves the slope as it was. By what the newer slope differs beyond its own error, the older one is no longer to be trusted.
        double bent = Math.Max(0, ((newer.Slope - oldSlope) * (newer.Slope - oldSlope)) - (4 * _variance / newer.Stt));
        _priorVariance = Math.Min(_tolerance, (4 * oldVariance) + (wander * wander) + bent);
        _clumps = _clumpWeight = 0;
        Fit();
    }

    private bool PriorIsWrong()
    {
        if (_priorVariance >= _tolerance || _all.Stt <= 0) return false;
        double apart = _all.Slope - _priorSlope;
        return apart * apart > 25 * (_priorVariance + (_variance / _all.Stt));
    }

    // Positions are measured from the best line known, at each doubling of the reports: their squares then are those of the jitter alone.
    private void Tilt()
    {
        double slope = _slope;
        _window.Tilt(slope);
        _all = _window.All;
        _reference += slope;
        _priorSlope -= slope;
        _nextTilt = 2 * _all.Count;
        Fit();
    }
}
