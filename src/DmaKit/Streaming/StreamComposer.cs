using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// Mixes any number of sources, each from an exact frame on and with its own gain, into the frames of a ring just ahead of a device. It keeps the unsaturated sums of
/// all frames that the device has not reached, so that a source that comes late, leaves or moves is mixed anew into them, and what is heard is what an offline mix of the
/// same would be, also where it saturates.
/// </summary>
/// <remarks>
/// <para>
/// The writer of a ring calls <see cref="Compose"/> for what comes next, and tells with <see cref="Seal"/> how far the device may have come. After a change it takes the
/// frames that are to be written again from <see cref="TryTakeChange"/> and composes those once more.
/// </para>
/// <para>For one thread at a time, like the ring's writer. Composing allocates nothing; adding and changing sources does.</para>
/// </remarks>
public sealed class StreamComposer
{
    /// <summary>The greatest gain of a source: 40 dB.</summary>
    public const float MaximumGain = 100;

    private const int BlockFrames = 256;
    private const int MostChannels = 8;

    private readonly List<Voice> _voices = [];
    private readonly List<ComposedSource> _sources = [];
    private readonly MixBus _bus;
    private readonly byte[][] _raw = new byte[StreamBatch.Most][];
    private readonly float[] _gains;
    private readonly double[] _mapped;
    private double[] _read = [];
    private long _changeFrom = long.MaxValue;
    private long _changeTo;

    /// <summary>Creates a composer.</summary>
    /// <param name="format">The ring's frames: any samples but <see cref="SampleFormat.Float64"/>, one to eight channels.</param>
    /// <param name="leadFrames">How many frames from the sealed ones on can be composed, 1 to 2^24: the length of the ring.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format is not for rings, or the lead out of its range.</exception>
    public StreamComposer(StreamFormat format, int leadFrames)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (format.Samples == SampleFormat.Float64) throw new ArgumentOutOfRangeException(nameof(format), format.Samples, "A ring of Float64; legal: UInt8, Int16, Int24, Int32, Float32.");
        if (format.Channels > MostChannels) throw new ArgumentOutOfRangeException(nameof(format), format.Channels, $"A ring of {format.Channels} channels; legal: 1 to {MostChannels}.");
        if (leadFrames is < 1 or > 1 << 24) throw new ArgumentOutOfRangeException(nameof(leadFrames), leadFrames, $"A lead of {leadFrames} frames; legal: 1 to 2^24.");
        Format = format;
        LeadFrames = leadFrames;
        _bus = MixBus.Create(format.Samples, leadFrames * format.Channels);
        _gains = new float[BlockFrames * format.Channels];
        _mapped = new double[BlockFrames * format.Channels];
        Array.Fill(_raw, []);
    }

    /// <summary>The ring's frames.</summary>
    public StreamFormat Format { get; }

    /// <summary>How many frames from <see cref="SealedFrame"/> on can be composed.</summary>
    public int LeadFrames { get; }

    /// <summary>The first frame that can still change: the device may have reached all before it.</summary>
    public long SealedFrame { get; private set; }

    /// <summary>The first frame that was not composed yet.</summary>
    public long ComposedFrame { get; private set; }

    /// <summary>The sources that were not removed and can still be heard. One whose end is sealed is gone from here.</summary>
    public IReadOnlyList<ComposedSource> Sources => _sources;

    /// <summary>The frame after the last one in which anything is heard, the sealed frame at least; <see cref="long.MaxValue"/> where a source has no end.</summary>
    public long EndFrame
    {
        get
        {
            long end = SealedFrame;
            foreach (Voice voice in _voices) end = Math.Max(end, voice.Leave);
            return end;
        }
    }

    /// <summary>
    /// Adds a source. Where its start is sealed already it comes in at the first frame that is not, with a ramp, where it would be by then; a start that is not sealed is exact.
    /// </summary>
    /// <param name="source">What is played.</param>
    /// <param name="startFrame">The frame of its first frame; not negative.</param>
    /// <param name="options">Gain, fades, channels; null for the defaults.</param>
    /// <exception cref="ArgumentException">The source's rate is not the ring's, or its channels are not those of the map.</exception>
    /// <exception cref="DmaMisuseException">All sources at full scale would be more than a sum can hold.</exception>
    public ComposedSource Add(IStreamSource source, long startFrame, ComposedSourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(startFrame);
        options ??= new ComposedSourceOptions();
        if (source.Format.Rate != Format.Rate) throw new ArgumentException($"A source of {source.Format.Rate} frames a second in a ring of {Format.Rate}; put a {nameof(ResampledSource)} around it.", nameof(source));
        ChannelMap map = options.Channels ?? ChannelMap.Default(source.Format.Channels, Format.Channels);
        if (map.From != source.Format.Channels || map.To != Format.Channels)
            throw new ArgumentException($"A map of {map.From} channels to {map.To}; the source has {source.Format.Channels}, the ring {Format.Channels}.", nameof(options));
        Voice voice = MakeVoice(source, map, options, options.Gain, startFrame);
        CheckHeadroom(voice.Peak);
        var added = new ComposedSource(source, options, voice);
        _sources.Add(added);
        Bring(voice);
        return added;
    }

    /// <summary>Takes a source out: from a frame on it dies away with its ramp and is gone. What it has been heard in is as it was.</summary>
    /// <param name="source">A source of this composer. Nothing happens where it is gone already.</param>
    /// <param name="frame">The frame, or the first one that is not sealed if that is later.</param>
    public void Remove(ComposedSource source, long frame = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.IsInMix) return;
        Check(source);
        _sources.Remove(source);
        source.IsInMix = false;
        Leave(source, frame);
    }

    /// <summary>
    /// Moves a source to another start. What of it is sealed stays heard where it was; from there on it dies away there, and comes in where it belongs now.
    /// </summary>
    /// <param name="source">A source of this composer.</param>
    /// <param name="startFrame">The new frame of its first frame; not negative.</param>
    public void Move(ComposedSource source, long startFrame)
    {
        Check(source);
        ArgumentOutOfRangeException.ThrowIfNegative(startFrame);
        Leave(source, SealedFrame);
        source.Voice = MakeVoice(source.Source, source.Voice.Map, source.Options, source.Gain, startFrame);
        Bring(source.Voice);
    }

    /// <summary>Changes a source's gain from a frame on, with its ramp. Changes that were to come after that frame are forgotten.</summary>
    /// <param name="source">A source of this composer.</param>
    /// <param name="gain">The new gain, 0 to <see cref="MaximumGain"/>.</param>
    /// <param name="frame">The frame, or the first one that is not sealed if that is later.</param>
    public void SetGain(ComposedSource source, float gain, long frame = 0)
    {
        Check(source);
        if (!(gain >= 0 && gain <= MaximumGain)) throw new ArgumentOutOfRangeException(nameof(gain), gain, $"A gain of {gain}; legal: 0 to {MaximumGain}.");
        CheckHeadroom((gain - source.Gain) * source.Voice.Loudness);
        frame = Math.Max(frame, SealedFrame);
        source.Voice.SetGain(frame, Frames(source.Options.Ramp), gain);
        source.Gain = gain;
        Remix(Math.Max(frame, source.Voice.Join), source.Voice.Leave);
    }

    /// <summary>Composes frames and writes them as they stand in the ring. Frames that were composed before come out as they are now.</summary>
    /// <param name="frame">The first one: not sealed.</param>
    /// <param name="destination">Whole frames.</param>
    /// <exception cref="ArgumentOutOfRangeException">Frames that are sealed, or further than <see cref="LeadFrames"/> from those.</exception>
    public void Compose(long frame, Span<byte> destination)
    {
        int count = destination.Length / Format.FrameBytes;
        if (count * Format.FrameBytes != destination.Length) throw new ArgumentException($"{destination.Length} bytes; legal: a multiple of {Format.FrameBytes}, whole frames.", nameof(destination));
        if (frame < SealedFrame || frame + count > SealedFrame + LeadFrames)
            throw new ArgumentOutOfRangeException(nameof(frame), frame, $"Frames {frame} to {frame + count}; legal: {SealedFrame} to {SealedFrame + LeadFrames}, which is from what is sealed to the end of the lead.");
        long end = frame + count;
        if (frame > ComposedFrame)
        {
            long skipped = ComposedFrame;
            ComposedFrame = frame;
            Mix(skipped, frame);
        }

        int old = (int)Math.Min(count, ComposedFrame - frame) * Format.FrameBytes;
        WriteMixed(frame, destination[..old]);
        destination = destination[old..];
        long at = ComposedFrame;
        ComposedFrame = Math.Max(ComposedFrame, end);
        while (at < end)
        {
            long next = MixBlock(at, end, null, destination);
            destination = destination[((int)(next - at) * Format.FrameBytes)..];
            at = next;
        }
    }

    /// <summary>Tells that the device may have reached all frames before one: those stay as they are from now on, and no change is heard in them.</summary>
    /// <param name="frame">The safe position. An earlier one than before changes nothing.</param>
    public void Seal(long frame)
    {
        if (frame <= SealedFrame) return;
        SealedFrame = frame;
        ComposedFrame = Math.Max(ComposedFrame, frame);
        for (int i = _voices.Count - 1; i >= 0; i--)
        {
            if (_voices[i].Leave <= frame) _voices.RemoveAt(i);
            else _voices[i].Forget(frame);
        }

        for (int i = _sources.Count - 1; i >= 0; i--)
        {
            if (_sources[i].Voice.Leave > frame) continue;
            _sources[i].IsInMix = false;
            _sources.RemoveAt(i);
        }
    }

    /// <summary>Takes the frames that were composed and have changed since: compose them again and write them into the ring.</summary>
    /// <param name="frame">The first one.</param>
    /// <param name="count">How many.</param>
    /// <returns>False where nothing changed that is not sealed by now.</returns>
    public bool TryTakeChange(out long frame, out int count)
    {
        frame = Math.Max(_changeFrom, SealedFrame);
        count = (int)Math.Max(0, _changeTo - frame);
        _changeFrom = long.MaxValue;
        _changeTo = 0;
        return count > 0;
    }

    private Voice MakeVoice(IStreamSource source, ChannelMap map, ComposedSourceOptions options, float gain, long start)
    {
        double loudness = Math.Max(1, map.Loudest) * (source.Format.Samples is SampleFormat.Float32 or SampleFormat.Float64 ? ShortMixer.LoudestSample : 1);
        return new Voice(source, map, gain, start, Math.Max(start, SealedFrame), Frames(options.FadeIn), Frames(options.FadeOut), Frames(options.Ramp)) { Loudness = loudness };
    }

    // So that sums of whole numbers never wrap, whatever the samples are.
    private void CheckHeadroom(double more)
    {
        double all = more;
        foreach (Voice voice in _voices) all += voice.Peak;
        if (more > 0 && all > _bus.Headroom)
            throw new DmaMisuseException($"The gains of all sources together would be {all:F0} times full scale (floating point counts {ShortMixer.LoudestSample} times); legal: up to {_bus.Headroom:F0} in a ring of {Format.Samples}. Lower the gains.");
    }

    private void Check(ComposedSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.IsInMix) throw new DmaMisuseException("The source is no longer in the mix: it was removed, or its end is sealed. Add it again.");
        if (!_sources.Contains(source)) throw new DmaMisuseException("The source belongs to another composer.");
    }

    private long Frames(TimeSpan time) => (long)Math.Round(time.TotalSeconds * Format.Rate);

    private void Bring(Voice voice)
    {
        int bytes = BlockFrames * voice.Format.FrameBytes;
        for (int i = 0; i < _raw.Length; i++)
            if (_raw[i].Length < bytes) _raw[i] = new byte[bytes];
        if (_read.Length < BlockFrames * voice.Format.Channels) _read = new double[BlockFrames * voice.Format.Channels];
        if (voice.Leave <= SealedFrame) return;
        _voices.Add(voice);

        // The newest voice comes last in every sum, so that adding it to what is there is what mixing all of them would give.
        long from = Math.Max(voice.Join, SealedFrame);
        long to = Math.Min(voice.Leave, ComposedFrame);
        if (from >= to) return;
        for (long at = from; at < to;) at = MixBlock(at, to, voice, []);
        Changed(from, to);
    }

    private void Leave(ComposedSource source, long frame)
    {
        long before = source.Voice.Leave;
        frame = Math.Max(frame, SealedFrame);
        source.Voice.LeaveAt(frame, frame > source.Voice.Join ? Frames(source.Options.Ramp) : 0);
        if (source.Voice.Leave <= source.Voice.Join) _voices.Remove(source.Voice);
        Remix(Math.Max(frame, source.Voice.Join), before);
    }

    private void Remix(long from, long to)
    {
        from = Math.Max(from, SealedFrame);
        to = Math.Min(to, ComposedFrame);
        if (from >= to) return;
        Mix(from, to);
        Changed(from, to);
    }

    private void Changed(long from, long to)
    {
        _changeFrom = Math.Min(_changeFrom, from);
        _changeTo = Math.Max(_changeTo, to);
    }

    private void Mix(long from, long to)
    {
        while (from < to) from = MixBlock(from, to, null, []);
    }

    private void WriteMixed(long frame, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int at = (int)(frame % LeadFrames);
            int run = Math.Min(destination.Length / Format.FrameBytes, LeadFrames - at);
            _bus.Write(at * Format.Channels, run * Format.Channels, destination[..(run * Format.FrameBytes)]);
            destination = destination[(run * Format.FrameBytes)..];
            frame += run;
        }
    }

    /// <summary>Mixes frames in which no voice comes, leaves or begins to change.</summary>
    /// <param name="from">The first one.</param>
    /// <param name="to">The one after the last.</param>
    /// <param name="only">The voice to add to the sums that are there; null for all, from nothing.</param>
    /// <param name="output">Where the ring's samples go, too, or empty.</param>
    /// <returns>Up to where.</returns>
    private long MixBlock(long from, long to, Voice? only, Span<byte> output)
    {
        int at = (int)(from % LeadFrames);
        long end = Math.Min(to, from + Math.Min(BlockFrames, LeadFrames - at));
        if (only is null)
        {
            foreach (Voice voice in _voices) end = Math.Min(end, voice.NextEvent(from));
        }
        else
        {
            end = Math.Min(end, only.NextEvent(from));
        }

        int count = (int)(end - from);
        int channels = Format.Channels;
        var batch = default(StreamBatch);
        bool fresh = only is null;
        if (only is not null)
        {
            Take(only, from, count, ref batch, ref fresh);
        }
        else
        {
            foreach (Voice voice in _voices)
                if (voice.Sounds(from, end)) Take(voice, from, count, ref batch, ref fresh);
        }

        if (!output.IsEmpty) output = output[..(count * Format.FrameBytes)];
        if (batch.Count > 0)
        {
            Flush(from, count, ref batch, ref fresh, output);
            return end;
        }

        if (fresh) _bus.Clear(at * channels, count * channels);
        if (!output.IsEmpty) _bus.Write(at * channels, count * channels, output);
        return end;
    }

    private void Take(Voice voice, long from, int count, ref StreamBatch batch, ref bool fresh)
    {
        float gain = voice.GainAt(from);
        bool steady = voice.IsSteady(from);
        if (steady && gain == 0) return;
        bool direct = steady && voice.Format.Samples == _bus.Direct && voice.Map.IsIdentity;

        // Streams are taken together as long as the bus can: not with others where it wants gain 1, and never out of their order.
        bool alone = _bus.OnlyUnity && gain != 1;
        bool isFull = batch.Count == StreamBatch.Most || (batch.Count > 0 && (alone || (_bus.OnlyUnity && batch.G0 != 1)));
        if (!direct || isFull) Flush(from, count, ref batch, ref fresh, []);
        ReadOnlySpan<byte> bytes = Read(voice, from, count, _raw[batch.Count]);
        if (direct)
        {
            batch.Add(bytes, gain);
            return;
        }

        if (fresh) _bus.Clear((int)(from % LeadFrames) * Format.Channels, count * Format.Channels);
        fresh = false;
        Convert(voice, from, count, steady, gain, bytes);
    }

    private void Flush(long from, int count, ref StreamBatch batch, ref bool fresh, Span<byte> output)
    {
        if (batch.Count == 0) return;
        _bus.Add((int)(from % LeadFrames) * Format.Channels, count * Format.Channels, batch, fresh, output);
        batch = default;
        fresh = false;
    }

    private void Convert(Voice voice, long from, int count, bool steady, float gain, ReadOnlySpan<byte> bytes)
    {
        int channels = Format.Channels;
        Span<double> samples = _read.AsSpan(0, count * voice.Format.Channels);
        SampleReader.Read(voice.Format.Samples, bytes, samples);
        if (!voice.Map.IsIdentity)
        {
            Span<double> mapped = _mapped.AsSpan(0, count * channels);
            voice.Map.Apply(samples, mapped);
            samples = mapped;
        }

        Span<float> gains = _gains.AsSpan(0, count * channels);
        if (steady) gains.Fill(gain);
        else
            for (int i = 0; i < count; i++) gains.Slice(i * channels, channels).Fill(voice.GainAt(from + i));
        _bus.AddScaled((int)(from % LeadFrames) * channels, samples, gains);
    }

    private static ReadOnlySpan<byte> Read(Voice voice, long from, int count, byte[] scratch)
    {
        int wanted = count * voice.Format.FrameBytes;
        ReadOnlySpan<byte> got = voice.Read(from, count, scratch.AsSpan(0, wanted));
        if (got.Length >= wanted) return got[..wanted];
        got.CopyTo(scratch);
        scratch.AsSpan(got.Length, wanted - got.Length).Fill(voice.Format.Samples == SampleFormat.UInt8 ? (byte)0x80 : (byte)0);
        return scratch.AsSpan(0, wanted);
    }
}
