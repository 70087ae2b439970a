using System.Buffers.Binary;

namespace DmaKit.Tests;

public sealed class StreamComposerTests(ITestOutputHelper output)
{
    [Fact]
    public void S5_Random_lives_of_a_composer_equal_an_offline_mix() => Equal(1, 40);

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public void S5_Many_random_lives_of_a_composer_equal_an_offline_mix() => Equal(1_000, 3_000);

    [Fact]
    public void S5_Twin_that_adds_late_sources_to_what_saturated_is_caught()
    {
        string?[] found = [.. Enumerable.Range(1, 20).Select(seed => new ComposerRun(seed, addsToSaturated: true).Play(60))];
        output.WriteLine(string.Join('\n', found.Where(f => f is not null).Take(3)));
        Assert.Contains(found, f => f is not null);
    }

    [Fact]
    public void S5_A_late_source_is_heard_at_its_exact_frame_in_a_saturated_passage_and_gone_without_a_trace()
    {
        var ring = new StreamFormat(SampleFormat.Int16, 1, 48_000);
        var composer = new StreamComposer(ring, 48_000);
        composer.Add(Constant(ring, 30_000, 48_000), 0);
        composer.Add(Constant(ring, 20_000, 48_000), 0);
        byte[] ringBytes = new byte[48_000];
        composer.Compose(0, ringBytes);
        Assert.All(Values(ringBytes), v => Assert.Equal(short.MaxValue, v));
        composer.Seal(480);
        ComposedSource late = composer.Add(Constant(ring, -40_000 / 2, 4_800), 960, new() { Ramp = TimeSpan.Zero });
        Assert.True(composer.TryTakeChange(out long frame, out int count));
        Assert.Equal((960, 4_800), (frame, count));
        composer.Compose(frame, ringBytes.AsSpan((int)frame * 2, count * 2));
        short[] values = Values(ringBytes);
        Assert.Equal(short.MaxValue, values[959]);
        Assert.All(values[960..5_760], v => Assert.Equal(30_000, v));
        Assert.Equal(short.MaxValue, values[5_760]);

        composer.Seal(1_000);
        composer.Remove(late, 2_000);
        Assert.True(composer.TryTakeChange(out frame, out count));
        Assert.Equal((2_000, 3_760), (frame, count));
        composer.Compose(frame, ringBytes.AsSpan((int)frame * 2, count * 2));
        values = Values(ringBytes);
        Assert.Equal(30_000, values[1_999]);
        Assert.All(values[2_000..], v => Assert.Equal(short.MaxValue, v));
        Assert.False(composer.TryTakeChange(out _, out _));
    }

    [Fact]
    public void S5_Coming_in_late_leaving_and_changing_gain_do_not_click()
    {
        var ring = new StreamFormat(SampleFormat.Float32, 1, 48_000);
        var composer = new StreamComposer(ring, 9_600);
        composer.Seal(1);
        ComposedSource source = composer.Add(new MemorySource(ring, Floats(Enumerable.Repeat(0.5f, 9_000))), 0);
        composer.SetGain(source, 2, 1_000);
        composer.SetGain(source, 0.5f, 2_000);
        composer.Remove(source, 3_000);
        byte[] bytes = new byte[9_000 * 4];
        composer.Compose(1, bytes);
        float[] values = [.. Enumerable.Range(0, 9_000).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i)))];
        Assert.All(values.Zip(values[1..]), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 0.005));
        Assert.Equal([0.5f, 1f, 0.25f, 0f], [values[900], values[1_900], values[2_900], values[3_500]]);
        Assert.Equal(0, values[4_000]);
    }

    [Fact]
    public void S5_Samples_of_every_width_pass_through_unchanged()
    {
        foreach (SampleFormat samples in new[] { SampleFormat.UInt8, SampleFormat.Int16, SampleFormat.Int24, SampleFormat.Int32, SampleFormat.Float32 })
        {
            var ring = new StreamFormat(samples, 2, 48_000);
            byte[] bytes = new byte[1_000 * ring.FrameBytes];
            new Random(3).NextBytes(bytes);
            if (samples == SampleFormat.Float32) bytes = Floats(Enumerable.Range(0, 2_000).Select(i => MathF.Sin(i)));
            var composer = new StreamComposer(ring, 1_000);
            composer.Add(new MemorySource(ring, bytes), 0);
            byte[] heard = new byte[bytes.Length];
            composer.Compose(0, heard);
            Assert.Equal(bytes, heard);
        }
    }

    [Fact]
    public void S5_One_channel_goes_to_both_and_six_go_to_two()
    {
        var mono = new StreamFormat(SampleFormat.Int16, 1, 48_000);
        var stereo = new StreamFormat(SampleFormat.Int16, 2, 48_000);
        Assert.Equal([1_000, 1_000], Values(ComposeOne(stereo, Constant(mono, 1_000, 1))));
        Assert.Equal([150], Values(ComposeOne(mono, Frame(100, 200))));
        Assert.Equal([524, 695], Values(ComposeOne(stereo, Frame(100, 200, 100, 30_000, 500, 600))));
        Assert.Equal([100, 200, 0, 0], Values(ComposeOne(new StreamFormat(SampleFormat.Int16, 4, 48_000), Frame(100, 200))));

        var composer = new StreamComposer(stereo, 1);
        composer.Add(Frame(100, 200), 0, new() { Channels = new ChannelMap(2, 2, 0, 1, -1, 0) });
        byte[] swapped = new byte[4];
        composer.Compose(0, swapped);
        Assert.Equal([200, -100], Values(swapped));

        MemorySource Frame(params short[] values) =>
            new(new StreamFormat(SampleFormat.Int16, values.Length, 48_000), values.SelectMany(BitConverter.GetBytes).ToArray());
        byte[] ComposeOne(StreamFormat ring, IStreamSource source)
        {
            var one = new StreamComposer(ring, 1);
            one.Add(source, 0);
            byte[] frame = new byte[ring.FrameBytes];
            one.Compose(0, frame);
            return frame;
        }
    }

    [Fact]
    public void S5_What_is_no_number_or_far_too_loud_harms_nothing()
    {
        var loud = new StreamFormat(SampleFormat.Float32, 1, 48_000);
        byte[] bytes = Floats([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -3, 0.25f]);
        foreach ((SampleFormat samples, int full) in new[] { (SampleFormat.Int16, 32_767), (SampleFormat.Float32, 1) })
        {
            var ring = new StreamFormat(samples, 1, 48_000);
            var composer = new StreamComposer(ring, 6);
            composer.Add(new MemorySource(loud, bytes), 0);
            byte[] heard = new byte[6 * ring.FrameBytes];
            composer.Compose(0, heard);
            double[] values = samples == SampleFormat.Int16 ? [.. Values(heard).Select(v => (double)v)] : [.. Enumerable.Range(0, 6).Select(i => (double)BinaryPrimitives.ReadSingleLittleEndian(heard.AsSpan(4 * i)))];
            Assert.Equal(0, values[0]);
            Assert.Equal(full, values[1]);
            Assert.True(values[2] <= -full);
            Assert.Equal(full, values[3]);
            Assert.True(values[4] <= -full);
            Assert.Equal(samples == SampleFormat.Int16 ? 8_192 : 0.25, values[5]);
        }
    }

    [Fact]
    public void S5_Thousands_of_full_scale_sources_saturate_and_never_wrap_and_more_are_refused()
    {
        var ring = new StreamFormat(SampleFormat.Int16, 1, 48_000);
        var composer = new StreamComposer(ring, 64);
        MemorySource source = Constant(ring, short.MinValue, 64);
        for (int i = 0; i < 4_095; i++) composer.Add(source, 0);
        byte[] heard = new byte[128];
        composer.Compose(0, heard);
        Assert.All(Values(heard), v => Assert.Equal(short.MinValue, v));
        DmaMisuseException refused = Assert.Throws<DmaMisuseException>(() => composer.Add(source, 0));
        Assert.Contains("4096 times full scale", refused.Message, StringComparison.Ordinal);
        Assert.Contains("up to 4095", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void S5_Wrong_calls_say_what_is_legal()
    {
        var ring = new StreamFormat(SampleFormat.Int16, 2, 48_000);
        var composer = new StreamComposer(ring, 100);
        var other = new StreamComposer(ring, 100);
        ComposedSource source = composer.Add(new MemorySource(ring, new byte[400]), 0);
        composer.Compose(0, new byte[400]);
        composer.Seal(50);
        Assert.Contains("legal: 50 to 150", Assert.Throws<ArgumentOutOfRangeException>(() => composer.Compose(49, new byte[4])).Message, StringComparison.Ordinal);
        Assert.Contains("legal: 50 to 150", Assert.Throws<ArgumentOutOfRangeException>(() => composer.Compose(100, new byte[204])).Message, StringComparison.Ordinal);
        Assert.Contains("multiple of 4", Assert.Throws<ArgumentException>(() => composer.Compose(50, new byte[5])).Message, StringComparison.Ordinal);
        Assert.Contains("ResampledSource", Assert.Throws<ArgumentException>(() => composer.Add(new MemorySource(new(SampleFormat.Int16, 2, 44_100), new byte[4]), 0)).Message, StringComparison.Ordinal);
        Assert.Contains("another composer", Assert.Throws<DmaMisuseException>(() => other.Move(source, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => composer.SetGain(source, float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamComposer(new(SampleFormat.Float64, 2, 48_000), 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamComposer(new(SampleFormat.Int16, 9, 48_000), 100));
        Assert.Contains("legal: 1 to 64", Assert.Throws<ArgumentOutOfRangeException>(() => new StreamFormat(SampleFormat.Int16, 65, 48_000)).Message, StringComparison.Ordinal);

        Assert.Single(composer.Sources);
        composer.Seal(100);
        Assert.False(source.IsInMix);
        Assert.Empty(composer.Sources);
        composer.Remove(source);
        Assert.Contains("no longer in the mix", Assert.Throws<DmaMisuseException>(() => composer.Move(source, 200)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void S5_Composing_allocates_nothing()
    {
        var ring = new StreamFormat(SampleFormat.Int16, 2, 48_000);
        var composer = new StreamComposer(ring, 4_800);
        for (int i = 0; i < 9; i++)
        {
            byte[] frames = new byte[(48_000 + i) * 4];
            composer.Add(new Loop(new MemorySource(ring, frames)), 0, new() { Gain = i % 2 == 0 ? 1 : 0.3f });
        }

        composer.Add(new ResampledSource(new Loop(new MemorySource(new(SampleFormat.Int24, 1, 44_100), new byte[3 * 44_100])), 48_000), 0);
        byte[] period = new byte[480 * 4];
        long frame = 0;
        Assert.Equal(0, AllocatedBytes.Of(() =>
        {
            composer.Compose(frame, period);
            composer.TryTakeChange(out _, out _);
            frame += 480;
            composer.Seal(frame);
            _ = composer.EndFrame;
        }));
    }

    private void Equal(int first, int count)
    {
        output.WriteLine($"seeds {first} to {first + count - 1}");
        for (int seed = first; seed < first + count; seed++)
        {
            string? wrong = new ComposerRun(seed).Play(60);
            Assert.True(wrong is null, $"seed {seed}: {wrong}");
        }
    }

    private static MemorySource Constant(StreamFormat format, short value, int frames) => new(format, Enumerable.Repeat(BitConverter.GetBytes(value), frames).SelectMany(b => b).ToArray());

    private static short[] Values(ReadOnlySpan<byte> bytes)
    {
        short[] values = new short[bytes.Length / 2];
        for (int i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]);
        return values;
    }

    private static byte[] Floats(IEnumerable<float> values) => [.. values.SelectMany(BitConverter.GetBytes)];

    /// <summary>A source without an end that goes round another one.</summary>
    private sealed class Loop(IStreamSource inner) : IStreamSource
    {
        public StreamFormat Format => inner.Format;

        public long Frames => long.MaxValue;

        public ReadOnlySpan<byte> Read(long frame, int count, Span<byte> scratch)
        {
            for (int done = 0; done < count;)
            {
                long at = (frame + done) % inner.Frames;
                int run = (int)Math.Min(count - done, inner.Frames - at);
                inner.Read(at, run, default).CopyTo(scratch[(done * Format.FrameBytes)..]);
                done += run;
            }

            return scratch[..(count * Format.FrameBytes)];
        }
    }
}
