namespace DmaKit;

/// <summary>One stretch of a source in the mix: where it starts, when it comes in and leaves, and how loud it is at each frame.</summary>
internal sealed class Voice
{
    private readonly IStreamSource _source;
    private readonly List<GainRamp> _ramps = [];
    private readonly List<GainRamp> _levels = [];
    private GainRamp? _leaving;

    internal Voice(IStreamSource source, ChannelMap map, double gain, long start, long join, long fadeIn, long fadeOut, long ramp)
    {
        _source = source;
        _levels.Add(new GainRamp(long.MinValue, 0, gain, gain));
        Map = map;
        Start = start;
        Join = join;
        Leave = End = source.Frames > long.MaxValue - start ? long.MaxValue : start + source.Frames;
        if (fadeIn > 0) _ramps.Add(new GainRamp(start, fadeIn, 0, 1));
        if (fadeOut > 0 && End != long.MaxValue) _ramps.Add(new GainRamp(Math.Max(start, End - fadeOut), Math.Min(fadeOut, source.Frames), 1, 0));
        if (join > start && ramp > 0) _ramps.Add(new GainRamp(join, ramp, 0, 1));
    }

    internal ChannelMap Map { get; }

    /// <summary>The ring's frame at which the source's first one stands.</summary>
    internal long Start { get; }

    /// <summary>The first frame that is heard: its start, or where it came in later.</summary>
    internal long Join { get; }

    /// <summary>The frame after the source's last one.</summary>
    internal long End { get; }

    /// <summary>The frame after the last one that is heard.</summary>
    internal long Leave { get; private set; }

    /// <summary>What a full-scale frame of the source can come to with a gain of 1, in full scales of the ring.</summary>
    internal double Loudness { get; init; } = 1;

    /// <summary>The most that it can add to a sum.</summary>
    internal double Peak
    {
        get
        {
            double most = 0;
            foreach (GainRamp level in _levels) most = Math.Max(most, Math.Max(level.From, level.To));
            return most * Loudness;
        }
    }

    internal StreamFormat Format => _source.Format;

    /// <summary>The frames' bytes from a frame of the ring on.</summary>
    internal ReadOnlySpan<byte> Read(long frame, int count, Span<byte> scratch) => _source.Read(frame - Start, count, scratch);

    /// <summary>Whether anything of it is heard between two frames.</summary>
    internal bool Sounds(long from, long to) => from < Leave && to > Join;

    /// <summary>Dies away from a frame on, and is gone after that.</summary>
    internal void LeaveAt(long frame, long ramp)
    {
        frame = Math.Max(frame, Join);
        if (frame >= Leave || frame >= _leaving?.Start) return;
        if (_leaving is { } later) _ramps.Remove(later);
        var leaving = new GainRamp(frame, ramp, 1, 0);
        _leaving = leaving;
        _ramps.Add(leaving);
        Leave = Math.Min(End, leaving.End);
    }

    /// <summary>Goes to another gain from a frame on. Changes that were to come after it are forgotten.</summary>
    internal void SetGain(long frame, long ramp, double gain)
    {
        double from = LevelAt(frame);
        _levels.RemoveAll(level => level.Start >= frame);
        _levels.Add(new GainRamp(frame, ramp, from, gain));
    }

    /// <summary>Forgets changes that are over for all frames from one on.</summary>
    internal void Forget(long frame)
    {
        while (_levels.Count > 1 && _levels[1].Start <= frame) _levels.RemoveAt(0);
        for (int i = _ramps.Count - 1; i >= 0; i--)
            if (_ramps[i].End <= frame && _ramps[i].To == 1) _ramps.RemoveAt(i);
    }

    /// <summary>The next frame after this one where something begins or ends to change.</summary>
    internal long NextEvent(long frame)
    {
        long next = long.MaxValue;
        if (Join > frame) next = Join;
        if (Leave > frame) next = Math.Min(next, Leave);
        foreach (GainRamp ramp in _ramps) next = Math.Min(next, ramp.NextEvent(frame));
        foreach (GainRamp level in _levels) next = Math.Min(next, level.NextEvent(frame));
        return next;
    }

    /// <summary>Whether the gain stays what it is up to the next event.</summary>
    internal bool IsSteady(long frame)
    {
        foreach (GainRamp ramp in _ramps)
            if (ramp.Covers(frame)) return false;
        return !LastLevel(frame).Covers(frame);
    }

    /// <summary>The gain at a frame.</summary>
    internal float GainAt(long frame)
    {
        double gain = LevelAt(frame);
        foreach (GainRamp ramp in _ramps) gain *= ramp.At(frame);
        return (float)gain;
    }

    private double LevelAt(long frame) => LastLevel(frame).At(frame);

    private GainRamp LastLevel(long frame)
    {
        int at = _levels.Count - 1;
        while (at > 0 && _levels[at].Start > frame) at--;
        return _levels[at];
    }
}
