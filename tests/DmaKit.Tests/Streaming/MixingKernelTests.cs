using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using DmaKit.Native;

namespace DmaKit.Tests;

/// <summary>Every width of vectors gives the bits of the scalar twin, on this processor and with its vectors switched off.</summary>
public sealed class MixingKernelTests(ITestOutputHelper output)
{
    private const string Digest = "DMAKIT_MIX_DIGEST";

    private static readonly int[] Lengths = [0, 1, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257, 960];

    [Fact]
    public void S5_Float_vectors_of_every_width_equal_the_scalar_twin()
    {
        Each((random, streams, length, fresh) =>
        {
            byte[] expected = Float<FloatLanes1>(random, streams, length, fresh);
            Assert.Equal(expected, Float<FloatLanes128>(random, streams, length, fresh));
            Assert.Equal(expected, Float<FloatLanes256>(random, streams, length, fresh));
            Assert.Equal(expected, Float<FloatLanes512>(random, streams, length, fresh));
        });
    }

    [Fact]
    public void S5_Short_vectors_of_every_width_equal_the_scalar_twin()
    {
        output.WriteLine($"AVX2 {Avx2.IsSupported}, AVX-512 BW {Avx512BW.IsSupported}");
        Each((random, streams, length, fresh) =>
        {
            byte[] expected = Short<ShortLanes1>(random, streams, length, fresh);
            Assert.Equal(expected, Short<ShortLanes128>(random, streams, length, fresh));
            if (Avx2.IsSupported) Assert.Equal(expected, Short<ShortLanes256>(random, streams, length, fresh));
            if (Avx512BW.IsSupported) Assert.Equal(expected, Short<ShortLanes512>(random, streams, length, fresh));
        });
    }

    [Fact]
    public void S5_A_gain_on_16_bits_is_one_rounding_of_each_sample()
    {
        var random = new Random(5);
        byte[] stream = new byte[2 * 1_000];
        random.NextBytes(stream);
        for (int i = 0; i < 20; i++)
        {
            float gain = (float)(random.NextDouble() * 4);
            int[] sums = new int[1_000];
            var batch = default(StreamBatch);
            batch.Add(stream, gain);
            ShortMixer.AddScaled(sums, batch);
            Assert.Equal(Enumerable.Range(0, 1_000).Select(s => (int)MathF.Round(BitConverter.ToInt16(stream, 2 * s) * (gain * 16))), sums);
        }
    }

    [Fact]
    public void S5_Twin_that_wraps_and_twin_that_saturates_early_are_caught()
    {
        // Loud streams whose sum leaves 16 bits and comes back: what a sum in 16 bits makes of them is not what one saturation does.
        short[] samples = [30_000, 20_000, -25_000, 10_000];
        int[] sums = new int[1];
        var batch = default(StreamBatch);
        foreach (short sample in samples) batch.Add(BitConverter.GetBytes(sample), 1);
        byte[] heard = new byte[2];
        ShortMixer.Add(sums, batch, fresh: true, heard);
        Assert.Equal(short.MaxValue, BitConverter.ToInt16(heard));
        Assert.NotEqual(short.MaxValue, samples.Aggregate((a, b) => unchecked((short)(a + b))));
        Assert.NotEqual(short.MaxValue, samples.Aggregate((a, b) => (short)Math.Clamp(a + b, short.MinValue, short.MaxValue)));
    }

    [Fact]
    public void S5_Too_short_streams_and_too_little_room_are_refused()
    {
        var batch = default(StreamBatch);
        batch.Add(new byte[40], 1);
        batch.Add(new byte[36], 1);
        float[] sums = new float[10];
        ArgumentException? error = null;
        try
        {
            FloatMixer.Add(sums, batch, fresh: true, []);
        }
        catch (ArgumentException e)
        {
            error = e;
        }

        Assert.Contains("10 sums, streams of 36 bytes", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S5_With_vectors_switched_off_every_bit_is_the_same()
    {
        string[][] off = [["DOTNET_EnableAVX512=0", "DOTNET_EnableAVX512F=0"], ["DOTNET_EnableAVX2=0"], ["DOTNET_EnableHWIntrinsic=0"]];
        string expected = Work();
        string[] digests = await Task.WhenAll(off.Select(ChildAsync));
        Assert.All(digests.Zip(off), pair => Assert.True(pair.First == expected, $"{string.Join(' ', pair.Second)}: {pair.First} instead of {expected}"));
    }

    /// <summary>What the child processes of the test above run.</summary>
    [Fact(Explicit = true)]
    public void S5_Child_that_mixes_and_writes_down_what_came_of_it()
    {
        if (Environment.GetEnvironmentVariable(Digest) is { } path) File.WriteAllText(path, $"{Work()} {Avx2.IsSupported} {Avx512BW.IsSupported}");
    }

    private static string Work()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int seed = 500; seed < 515; seed++)
        {
            var run = new ComposerRun(seed);
            Assert.Null(run.Play(40));
            hash.AppendData(run.Heard);
        }

        byte[] noise = new byte[4 * 5_000];
        new Random(3).NextBytes(noise);
        var resampled = new ResampledSource(new MemorySource(new StreamFormat(SampleFormat.Int16, 2, 44_100), noise), 48_000);
        hash.AppendData(resampled.Read(0, (int)resampled.Frames, new byte[resampled.Frames * resampled.Format.FrameBytes]));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private async Task<string> ChildAsync(string[] environment)
    {
        string path = Path.GetTempFileName();
        try
        {
            string dotnet = Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
            var info = new ProcessStartInfo(dotnet) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            foreach (string word in new[] { Path.Combine(AppContext.BaseDirectory, "DmaKit.Tests.dll"), "-noColor", "-explicit", "only", "-method", $"*{nameof(S5_Child_that_mixes_and_writes_down_what_came_of_it)}" }) info.ArgumentList.Add(word);
            foreach (string variable in environment) info.Environment[variable.Split('=')[0]] = variable.Split('=')[1];
            info.Environment[Digest] = path;
            using Process child = Process.Start(info)!;
            Task<string> said = child.StandardOutput.ReadToEndAsync();
            Task<string> complained = child.StandardError.ReadToEndAsync();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
            string[] words = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Split(' ');
            Assert.True(words.Length == 3, $"{await said}\n{await complained}");
            output.WriteLine($"{string.Join(' ', environment)}: AVX2 {words[1]}, AVX-512 BW {words[2]}");
            return words[0];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Each(Action<int, int, int, bool> check)
    {
        int seed = 0;
        for (int streams = 1; streams <= StreamBatch.Most; streams++)
            foreach (int length in Lengths)
                foreach (bool fresh in new[] { true, false }) check(++seed, streams, length, fresh);
    }

    private static byte[] Float<TLanes>(int seed, int streams, int length, bool fresh) where TLanes : struct, IFloatLanes<TLanes>
    {
        var random = new Random(seed);
        float[] sums = [.. Enumerable.Range(0, length).Select(_ => (float)random.NextDouble())];
        var batch = default(StreamBatch);
        for (int s = 0; s < streams; s++)
            batch.Add(Enumerable.Range(0, length).Select(_ => random.Next(50) == 0 ? float.NaN : (float)(random.NextDouble() - 0.5)).SelectMany(BitConverter.GetBytes).ToArray(), (float)random.NextDouble());
        byte[] heard = new byte[length * 4];
        byte[] again = new byte[length * 4];
        FloatMixer.Add<TLanes>(sums, batch, fresh, heard);
        FloatMixer.Write<TLanes>(sums, again);
        Assert.Equal(heard, again);
        return [.. heard, .. sums.Select(s => float.IsNaN(s) ? 7 : s).SelectMany(BitConverter.GetBytes)];
    }

    private static byte[] Short<TLanes>(int seed, int streams, int length, bool fresh) where TLanes : struct, IShortLanes<TLanes>
    {
        var random = new Random(seed);
        int[] sums = [.. Enumerable.Range(0, length).Select(_ => random.Next(-2_000_000, 2_000_000))];
        var batch = default(StreamBatch);
        for (int s = 0; s < streams; s++)
        {
            byte[] stream = new byte[length * 2];
            random.NextBytes(stream);
            batch.Add(stream, 1);
        }

        byte[] heard = new byte[length * 2];
        byte[] again = new byte[length * 2];
        ShortMixer.Add<TLanes>(sums, batch, fresh, heard);
        ShortMixer.Write<TLanes>(sums, again);
        Assert.Equal(heard, again);
        return [.. heard, .. sums.SelectMany(BitConverter.GetBytes)];
    }
}
