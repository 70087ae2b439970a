using System.Buffers.Binary;

namespace DmaKit.Tests;

/// <summary>
/// A random life of a composer: sources of all formats come, late too, leave, move and change their gain, while a ring is written and a device follows. Beside
/// it stands what an offline mix of the same is.
/// </summary>
internal sealed class ComposerRun
{
    private const int Lead = 700;

    private readonly Random _random;
    private readonly StreamFormat _ring;
    private readonly StreamComposer _composer;
    private readonly OfflineMix _offline;
    private readonly List<(ComposedSource Source, OfflineMix.Part Part, byte[] Frames, long Ramp, long FadeIn, long FadeOut)> _live = [];
    private readonly MemoryStream _heard = new();
    private readonly bool _isTwin;
    private long _written;

    internal ComposerRun(int seed, bool addsToSaturated = false)
    {
        _random = new Random(seed);
        _isTwin = addsToSaturated;
        SampleFormat samples = addsToSaturated ? SampleFormat.Int16 : (SampleFormat)_random.Next(5);
        _ring = new StreamFormat(samples, addsToSaturated ? 2 : 1 + _random.Next(8), 1000);
        _composer = new StreamComposer(_ring, Lead);
        _offline = new OfflineMix(_ring);
    }

    /// <summary>What the ring had for the device.</summary>
    internal byte[] Heard => _heard.ToArray();

    /// <summary>Plays; what differs, or null.</summary>
    internal string? Play(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            int what = _random.Next(10);
            if (what < 3) Add();
            else if (what == 3 && _live.Count > 0) Remove();
            else if (what == 4 && _live.Count > 0) Move();
            else if (what == 5 && _live.Count > 0) SetGain();
            else Write();
        }

        byte[] expected = _offline.Mix(_written);
        byte[] heard = Heard;
        int wrong = Enumerable.Range(0, heard.Length).FirstOrDefault(i => heard[i] != expected[i], -1);
        return wrong < 0 ? null : $"{_ring.Samples}, {_ring.Channels} channels: byte {wrong} (frame {wrong / _ring.FrameBytes}) of {heard.Length} is {heard[wrong]} instead of {expected[wrong]}";
    }

    private void Write()
    {
        // Some of what was sealed is sealed late: a device goes on while the ring is written.
        int count = (int)Math.Min(_random.Next(1, 400), _composer.SealedFrame + Lead - _written);
        if (count > 0)
        {
            byte[] frames = new byte[count * _ring.FrameBytes];
            _composer.Compose(_written, frames);
            _heard.Position = _written * _ring.FrameBytes;
            _heard.Write(frames);
            _written += count;
        }

        _composer.Seal(_composer.SealedFrame + _random.NextInt64(Math.Max(0, _written - _composer.SealedFrame) + 1));
        foreach (var live in _live.Where(l => !l.Source.IsInMix).ToArray()) _live.Remove(live);
    }

    private void Rewrite()
    {
        if (!_composer.TryTakeChange(out long frame, out int count)) return;
        byte[] frames = new byte[count * _ring.FrameBytes];
        _composer.Compose(frame, frames);
        _heard.Position = frame * _ring.FrameBytes;
        _heard.Write(frames);
    }

    private void Add()
    {
        var samples = (SampleFormat)(_isTwin ? 1 : _random.Next(6));
        var format = new StreamFormat(samples, _random.Next(2) == 0 || _isTwin ? _ring.Channels : 1 + _random.Next(8), 1000);
        byte[] frames = Samples(format, _random.Next(1, 1500));
        long start = Math.Max(0, _composer.SealedFrame + _random.Next(-300, Lead));
        float gain = _random.Next(2) == 0 || _isTwin ? 1 : (float)(_random.NextDouble() * 2);
        long ramp = _random.Next(2) == 0 || _isTwin ? 0 : _random.Next(100);
        long fadeIn = _random.Next(3) == 0 && !_isTwin ? _random.Next(100) : 0;
        long fadeOut = _random.Next(3) == 0 && !_isTwin ? _random.Next(100) : 0;
        ChannelMap map = ChannelMap.Default(format.Channels, _ring.Channels);
        bool sum = _isTwin && start < _composer.ComposedFrame;
        ComposedSource added = _composer.Add(
            new MemorySource(format, frames), start, new() { Gain = gain, Ramp = Time(ramp), FadeIn = Time(fadeIn), FadeOut = Time(fadeOut), Channels = map });
        var part = MakePart(format, frames, start, gain, ramp, fadeIn, fadeOut);
        _live.Add((added, part, frames, ramp, fadeIn, fadeOut));
        if (!sum)
        {
            Rewrite();
            return;
        }

        // The twin: what was written and saturated already is all that there is, and the late source is added to that.
        if (!_composer.TryTakeChange(out long first, out int count)) return;
        byte[] heard = _heard.GetBuffer();
        for (long at = first * 2; at < (first + count) * 2; at++)
        {
            Span<byte> there = heard.AsSpan((int)at * 2);
            int late = BinaryPrimitives.ReadInt16LittleEndian(frames.AsSpan((int)(at - (start * 2)) * 2));
            BinaryPrimitives.WriteInt16LittleEndian(there, (short)Math.Clamp(BinaryPrimitives.ReadInt16LittleEndian(there) + late, short.MinValue, short.MaxValue));
        }
    }

    private void Remove()
    {
        int which = _random.Next(_live.Count);
        var (source, part, _, ramp, _, _) = _live[which];
        long frame = _composer.SealedFrame + _random.Next(200);
        _live.RemoveAt(which);
        _composer.Remove(source, frame);
        Leave(part, frame, ramp);
        Rewrite();
    }

    private void Move()
    {
        int which = _random.Next(_live.Count);
        var (source, part, frames, ramp, fadeIn, fadeOut) = _live[which];
        long start = Math.Max(0, _composer.SealedFrame + _random.Next(-300, Lead));
        float gain = source.Gain;
        Leave(part, _composer.SealedFrame, ramp);
        _composer.Move(source, start);
        _live[which] = (source, MakePart(part.Format, frames, start, gain, ramp, fadeIn, fadeOut), frames, ramp, fadeIn, fadeOut);
        Rewrite();
    }

    private void SetGain()
    {
        var (source, part, _, ramp, _, _) = _live[_random.Next(_live.Count)];
        long frame = _composer.SealedFrame + _random.Next(200);
        float gain = (float)_random.NextDouble() * 2;
        double from = part.Levels.Last(l => l.Start <= frame).At(frame);
        part.Levels.RemoveAll(l => l.Start >= frame);
        part.Levels.Add(new(frame, ramp, from, gain));
        _composer.SetGain(source, gain, frame);
        Rewrite();
    }

    private OfflineMix.Part MakePart(StreamFormat format, byte[] frames, long start, float gain, long ramp, long fadeIn, long fadeOut)
    {
        long length = frames.Length / format.FrameBytes;
        long join = Math.Max(start, _composer.SealedFrame);
        var part = new OfflineMix.Part { Format = format, Frames = frames, Weights = Weights(format.Channels, _ring.Channels), Start = start, Join = join, Leave = start + length };
        part.Levels.Add(new(long.MinValue, 0, gain, gain));
        if (fadeIn > 0) part.Fades.Add(new(start, fadeIn, 0, 1));
        if (fadeOut > 0) part.Fades.Add(new(Math.Max(start, part.End - fadeOut), Math.Min(fadeOut, length), 1, 0));
        if (join > start && ramp > 0) part.Fades.Add(new(join, ramp, 0, 1));
        _offline.Add(part);
        return part;
    }

    private static void Leave(OfflineMix.Part part, long frame, long ramp)
    {
        frame = Math.Max(frame, part.Join);
        if (frame >= part.Leave) return;
        if (frame == part.Join) ramp = 0;
        part.Fades.Add(new(frame, ramp, 1, 0));
        part.Leave = Math.Min(part.Leave, frame + ramp);
    }

    private static double[,] Weights(int from, int to)
    {
        double[,] weights = new double[to, from];
        ChannelMap map = ChannelMap.Default(from, to);
        for (int s = 0; s < from; s++)
        {
            double[] only = new double[from];
            only[s] = 1;
            double[] heard = new double[to];
            map.Apply(only, heard);
            for (int c = 0; c < to; c++) weights[c, s] = heard[c];
        }

        return weights;
    }

    private byte[] Samples(StreamFormat format, int frames)
    {
        byte[] bytes = new byte[frames * format.FrameBytes];
        if (format.Samples is not (SampleFormat.Float32 or SampleFormat.Float64))
        {
            _random.NextBytes(bytes);
            return bytes;
        }

        for (int i = 0; i < frames * format.Channels; i++)
        {
            double sample = (_random.NextDouble() * 3) - 1.5;
            if (format.Samples == SampleFormat.Float32) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), (float)sample);
            else BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), sample);
        }

        return bytes;
    }

    private static TimeSpan Time(long frames) => TimeSpan.FromMilliseconds(frames);
}
