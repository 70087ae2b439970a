using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace DmaKit.Tests;

/// <summary>Sources at another rate, in comparison with what they should be, and with sox.</summary>
public sealed class ResampledSourceTests(ITestOutputHelper output)
{
    private const double Seconds = 0.5;
    private const int Edge = 1_500;

    public static TheoryData<double, double> Rates() => new()
    {
        { 44_100, 48_000 }, { 48_000, 44_100 }, { 8_000, 44_100 }, { 96_000, 44_100 }, { 22_050, 44_100 }, { 11_025, 48_000 }, { 44_100, 44_099 }, { 48_000, 1_411_200.0 / 29 }, { 192_000, 8_000 },
    };

    [Theory, MemberData(nameof(Rates))]
    public void S5_Tones_at_another_rate_are_the_same_tones(double from, double to)
    {
        double[] made = Resample(Tones(from, Math.Min(from, to), (int)(from * Seconds)), from, to);
        double[] expected = Tones(to, Math.Min(from, to), made.Length);
        double decibel = Ratio(expected, made, Edge);
        output.WriteLine($"{from} to {to}: {decibel:F1} dB");
        Assert.True(decibel >= 100, $"{decibel:F1} dB");
    }

    [Theory]
    [InlineData(44_100, 48_000)]
    [InlineData(48_000, 44_100)]
    [InlineData(8_000, 44_100)]
    [InlineData(96_000, 44_100)]
    public void S5_Conversion_and_sox_agree_to_90_dB(int from, int to)
    {
        double[] original = Noise(from, Math.Min(from, to), (int)(from * Seconds));
        double[]? judged = Sox(original, from, to);
        Assert.SkipWhen(judged is null, "sox is not installed: run eng/install-packages");
        double[] made = Resample(original, from, to);
        double decibel = Ratio(judged[..Math.Min(judged.Length, made.Length)], made, Edge);
        output.WriteLine($"{from} to {to}: {decibel:F1} dB");
        Assert.True(decibel >= 90, $"{decibel:F1} dB");
    }

    [Fact]
    public void S5_Twin_that_takes_the_nearest_or_a_straight_line_is_caught()
    {
        double[] original = Tones(44_100, 44_100, 22_050);
        double[] expected = Tones(48_000, 44_100, 24_000);
        double[] line = [.. Enumerable.Range(0, 23_990).Select(i => i * 44_100 / 48_000.0).Select(p => original[(int)p] + ((original[(int)p + 1] - original[(int)p]) * (p - (int)p)))];
        double decibel = Ratio(expected[..line.Length], line, Edge);
        output.WriteLine($"a straight line: {decibel:F1} dB");
        Assert.True(decibel < 60);
    }

    [Fact]
    public void S5_What_lies_above_half_the_new_rate_is_gone()
    {
        double[] tone = [.. Enumerable.Range(0, 48_000).Select(i => 0.5 * Math.Sin(2 * Math.PI * 15_000 * i / 48_000.0))];
        double[] made = Resample(tone, 48_000, 24_000);
        double left = 20 * Math.Log10(made[Edge..^Edge].Max(Math.Abs) / 0.5);
        output.WriteLine($"{left:F1} dB are left");
        Assert.True(left < -115);
    }

    [Fact]
    public void S5_Any_frame_read_at_any_time_is_the_same()
    {
        double[] original = Noise(44_100, 44_100, 5_000);
        var source = new ResampledSource(Source(original, 44_100), 48_000);
        Assert.Equal((long)Math.Ceiling(5_000 * 48_000 / 44_100.0), source.Frames);
        byte[] all = source.Read(0, (int)source.Frames, new byte[source.Frames * 4]).ToArray();
        var random = new Random(2);
        for (int i = 0; i < 300; i++)
        {
            int first = random.Next((int)source.Frames);
            int count = random.Next(1, (int)source.Frames - first + 1);
            Assert.True(source.Read(first, count, new byte[count * 4]).SequenceEqual(all.AsSpan(first * 4, count * 4)), $"{count} frames from {first}");
        }
    }

    [Fact]
    public void S5_A_constant_stays_and_far_positions_are_exact()
    {
        var source = new ResampledSource(new Endless(), 1_411_200.0 / 29);
        byte[] frames = new byte[64 * 4];
        foreach (long far in new[] { 100_000L, 1L << 33, 1L << 45 })
            Assert.All(source.Read(far, 64, frames).ToArray().Chunk(4), f => Assert.Equal(0.25f, BitConverter.ToSingle(f), 1e-6f));
    }

    private static double[] Resample(double[] original, double from, double to)
    {
        var source = new ResampledSource(Source(original, from), to);
        byte[] bytes = source.Read(0, (int)source.Frames, new byte[source.Frames * 4]).ToArray();
        return [.. Enumerable.Range(0, (int)source.Frames).Select(i => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i)))];
    }

    private static MemorySource Source(double[] samples, double rate) =>
        new(new StreamFormat(SampleFormat.Float64, 1, rate), samples.SelectMany(BitConverter.GetBytes).ToArray());

    /// <summary>Tones up to 0.85 of half a rate, sampled at a rate.</summary>
    private static double[] Tones(double rate, double limit, int count)
    {
        double[] parts = [0.013, 0.11, 0.37, 0.58, 0.74, 0.85];
        return [.. Enumerable.Range(0, count).Select(i => parts.Sum(p => 0.15 * Math.Sin((Math.PI * limit * p * i / rate) + (10 * p))))];
    }

    /// <summary>Many tones of random phase up to 0.85 of half a rate: as good as noise, and without an edge.</summary>
    private static double[] Noise(double rate, double limit, int count)
    {
        var random = new Random(11);
        (double Step, double Phase)[] tones = [.. Enumerable.Range(1, 150).Select(i => (Math.PI * limit * 0.85 * i / 150 / rate, 2 * Math.PI * random.NextDouble()))];
        return [.. Enumerable.Range(0, count).Select(i => tones.Sum(t => 0.03 * Math.Sin((t.Step * i) + t.Phase)))];
    }

    private static double Ratio(double[] expected, double[] made, int edge)
    {
        double signal = 0;
        double noise = 0;
        edge = Math.Min(edge, expected.Length / 4);
        for (int i = edge; i < expected.Length - edge; i++)
        {
            signal += expected[i] * expected[i];
            noise += (expected[i] - made[i]) * (expected[i] - made[i]);
        }

        return 10 * Math.Log10(signal / noise);
    }

    private static double[]? Sox(double[] original, int from, int to)
    {
        string folder = Directory.CreateTempSubdirectory("dmakit-sox-").FullName;
        try
        {
            string input = Path.Combine(folder, "in.f64");
            string result = Path.Combine(folder, "out.f64");
            File.WriteAllBytes(input, [.. original.SelectMany(BitConverter.GetBytes)]);
            string Rate(int rate) => rate.ToString(CultureInfo.InvariantCulture);
            var info = new ProcessStartInfo("sox") { RedirectStandardError = true, UseShellExecute = false };
            foreach (string word in new[] { "-D", "-t", "f64", "-r", Rate(from), "-c", "1", input, "-t", "f64", result, "rate", "-v", Rate(to) }) info.ArgumentList.Add(word);
            using (Process sox = Process.Start(info)!)
            {
                string said = sox.StandardError.ReadToEnd();
                sox.WaitForExit();
                Assert.True(sox.ExitCode == 0, said);
            }

            byte[] bytes = File.ReadAllBytes(result);
            return [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BitConverter.ToDouble(bytes, 8 * i))];
        }
        catch (Win32Exception)
        {
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Endless : IStreamSource
    {
        public StreamFormat Format { get; } = new(SampleFormat.Float32, 1, 48_000);

        public long Frames => long.MaxValue;

        public ReadOnlySpan<byte> Read(long frame, int count, Span<byte> scratch)
        {
            for (int i = 0; i < count; i++) BinaryPrimitives.WriteSingleLittleEndian(scratch[(4 * i)..], 0.25f);
            return scratch[..(4 * count)];
        }
    }
}
