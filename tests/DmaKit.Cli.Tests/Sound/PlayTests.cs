using System.Buffers.Binary;
using System.Text.Json;
using DmaKit.Formats;

namespace DmaKit.Cli.Tests;

/// <summary><c>play</c> and <c>record</c>: what comes out, and how they refuse.</summary>
public sealed class PlayTests
{
    private static WavFormat Cd { get; } = new(WavEncoding.Pcm, 16, 2, 44_100);

    [Theory]
    [InlineData()]
    [InlineData("--skew-ppm", "300", "--jitter", "2ms")]
    [InlineData("--skew-ppm", "-1000", "--period", "20ms", "--ring", "1s")]
    [InlineData("--lead", "30ms", "--period", "2ms")]
    public async Task E2_A_mix_is_the_saturated_sum_of_its_sources(params string[] options)
    {
        using var folder = new TempFolder();
        byte[] a = Sounds.Samples(Cd, 30_000, 1), b = Sounds.Samples(Cd, 20_000, 2);
        Sounds.Noise(folder.Path("A.wav"), Cd, 30_000, 1);
        Sounds.Noise(folder.Path("B.wav"), Cd, 20_000, 2);
        (await InProcess.RunAsync(["play", folder.Path("A.wav"), $"{folder.Path("B.wav")}@0.5s", "--out", folder.Path("MIX.wav"), .. options], null, CancellationToken.None)).Succeeded();
        (WavFormat format, byte[] mix) = Sounds.Read(folder.Path("MIX.wav"));
        Assert.Equal(Cd, format);
        Assert.Equal((22_050 + 20_000) * 4, mix.Length);
        short[] heard = Sounds.Shorts(mix), first = Sounds.Shorts(a), second = Sounds.Shorts(b);
        for (int i = 0; i < heard.Length; i++)
        {
            int sum = (i < first.Length ? first[i] : 0) + (i >= 44_100 ? second[i - 44_100] : 0);
            Assert.Equal((short)Math.Clamp(sum, short.MinValue, short.MaxValue), heard[i]);
        }
    }

    [Fact]
    public async Task E2_A_gain_is_heard()
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), Cd, 5_000, 3);
        (await InProcess.RunAsync("play", $"{folder.Path("A.wav")},gain=-6.0206dB", "--out", folder.Path("M.wav"))).Succeeded();
        short[] loud = Sounds.Shorts(Sounds.Read(folder.Path("A.wav")).Samples), quiet = Sounds.Shorts(Sounds.Read(folder.Path("M.wav")).Samples);
        Assert.All(loud.Zip(quiet), pair => Assert.InRange(pair.Second, pair.First / 2.0 - 1, pair.First / 2.0 + 1));
    }

    [Theory]
    [InlineData(WavEncoding.Pcm, 8, 1, 8_000, 8_064)]
    [InlineData(WavEncoding.Pcm, 16, 1, 11_025, 11_025)]
    [InlineData(WavEncoding.Pcm, 24, 6, 48_000, 47_040)]
    [InlineData(WavEncoding.Pcm, 32, 2, 22_050, 22_050)]
    [InlineData(WavEncoding.Float, 32, 4, 96_000, 94_080)]
    [InlineData(WavEncoding.Float, 64, 2, 44_100, 44_100)]
    public async Task E2_Sources_of_every_format_play_at_the_nearest_rate(WavEncoding encoding, int bits, int channels, int rate, int made)
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), new WavFormat(encoding, bits, channels, rate), rate / 4, 4, loudness: 0.2);
        ToolResult result = (await InProcess.RunAsync("play", folder.Path("A.wav"), "--out", folder.Path("M.wav"))).Succeeded();
        (WavFormat format, byte[] mix) = Sounds.Read(folder.Path("M.wav"));
        Assert.Equal(new WavFormat(WavEncoding.Pcm, 16, Math.Min(channels, 2), made), format);
        Assert.InRange(mix.Length / format.FrameBytes, made / 4 - 2, made / 4 + 2);
        Assert.Contains(Sounds.Shorts(mix), s => Math.Abs((int)s) > 1000);
        if (made == rate) Assert.DoesNotContain("note:", result.Error, StringComparison.Ordinal);
        else Assert.Contains($"the card cannot make {rate:#,0} Hz; the nearest that it can is {made:#,0} Hz", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S1_A_rate_that_the_card_cannot_make_is_refused_with_those_it_can()
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), Cd, 100, 5);
        ToolResult result = await InProcess.RunAsync("play", folder.Path("A.wav"), "--out", folder.Path("M.wav"), "--rate", "48000");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--rate is '48000', which the card cannot make; it makes 4032, 4200,", result.Error, StringComparison.Ordinal);
        Assert.Contains("44100", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Path("M.wav")));
        (await InProcess.RunAsync("play", folder.Path("A.wav"), "--out", folder.Path("M.wav"), "--rate", "22050")).Succeeded();
        Assert.Equal(22_050, Sounds.Read(folder.Path("M.wav")).Format.SampleRate);
    }

    [Theory]
    [InlineData("short", "cut short")]
    [InlineData("size 0", "'data' chunk has 0 bytes")]
    [InlineData("size 4 GiB", "there should be 4294967295 bytes of samples")]
    [InlineData("align 0", "block align of 0 bytes")]
    [InlineData("format", "0x0055 is not read here")]
    [InlineData("no data", "no 'data' chunk")]
    [InlineData("empty", "cut short")]
    [InlineData("text", "no WAV file")]
    public async Task E2_A_malformed_file_gives_one_clear_line(string how, string says)
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), Cd, 1_000, 6);
        byte[] file = File.ReadAllBytes(folder.Path("A.wav"));
        switch (how)
        {
            case "short": file = file[..(file.Length / 2)]; break;
            case "size 0": file.AsSpan(40, 4).Clear(); break;
            case "size 4 GiB": file.AsSpan(40, 4).Fill(0xFF); break;
            case "align 0": file.AsSpan(32, 2).Clear(); break;
            case "format": file[20] = 0x55; break;
            case "no data": file[36] = (byte)'x'; break;
            case "empty": file = []; break;
            default: file = [.. "This is no sound at all, it is a text about sounds, and long enough for a header."u8]; break;
        }

        File.WriteAllBytes(folder.Path("B.wav"), file);
        foreach (string[] verb in new[] { new[] { "play", folder.Path("B.wav") }, ["record", "--from", folder.Path("B.wav")] })
        {
            ToolResult result = await InProcess.RunAsync([.. verb, "--out", folder.Path("M.wav")], null, CancellationToken.None);
            Assert.Equal(1, result.ExitCode);
            string line = Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
            Assert.Contains("B.wav", line, StringComparison.Ordinal);
            Assert.DoesNotContain("internal error", line, StringComparison.Ordinal);
            Assert.Contains(says, line, StringComparison.Ordinal);
            Assert.False(File.Exists(folder.Path("M.wav")));
        }
    }

    [Fact]
    public async Task S7_Record_gives_back_what_was_fed()
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), Cd, 30_000, 7);
        (await InProcess.RunAsync("record", "--from", folder.Path("A.wav"), "--out", folder.Path("R.wav"), "--seconds", "1", "--skew-ppm", "200")).Succeeded();
        (WavFormat format, byte[] got) = Sounds.Read(folder.Path("R.wav"));
        byte[] fed = Sounds.Read(folder.Path("A.wav")).Samples;
        Assert.Equal(Cd, format);
        Assert.Equal(44_100 * 4, got.Length);
        Assert.Equal(fed, got[..fed.Length]);
        Assert.All(got[fed.Length..], b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task E2_Bare_samples_go_through_the_standard_streams()
    {
        byte[] samples = Sounds.Samples(Cd, 5_000, 8);
        ToolResult result = await InProcess.RunAsync(["play", "-", "--out", "-"], samples, CancellationToken.None);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(samples, result.OutputBytes);
        Assert.Contains("played 5,000 frames", result.Error, StringComparison.Ordinal);
        result = await InProcess.RunAsync(["record", "--from", "-", "--raw", "s16,22050,1", "--out", "-"], samples, CancellationToken.None);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(samples, result.OutputBytes);
    }

    [Theory]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0x7FFF_F000u)]
    public async Task E2_A_WAV_file_of_unknown_length_comes_through_the_standard_input(uint length)
    {
        byte[] samples = Sounds.Samples(Cd, 5_000, 8);
        byte[] header = WavHeader.Create(Cd, samples.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(header.Length - 4), length);
        ToolResult result = await InProcess.RunAsync(["play", "-", "--out", "-"], [.. header, .. samples], CancellationToken.None);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(samples, result.OutputBytes);
        result = await InProcess.RunAsync(["play", "-", "--out", "-"], header, CancellationToken.None);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("dmakit: standard input has no samples\n", result.Error);
    }

    [Fact]
    public async Task E2_Json_is_one_object()
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), Cd, 44_100, 9);
        foreach (string[] verb in new[] { new[] { "play", folder.Path("A.wav") }, ["record", "--from", folder.Path("A.wav")] })
        {
            ToolResult result = (await InProcess.RunAsync([.. verb, "--out", folder.Path("M.wav"), "--json", "--skew-ppm", "100"], null, CancellationToken.None)).Succeeded();
            using JsonDocument json = JsonDocument.Parse(result.Output);
            JsonElement root = json.RootElement, counters = root.GetProperty("counters");
            Assert.Equal(verb[0], root.GetProperty("verb").GetString());
            Assert.Equal((44_100, 44_100, 2), (root.GetProperty("frames").GetInt64(), root.GetProperty("rate").GetInt32(), root.GetProperty("channels").GetInt32()));
            Assert.Equal((0, 0, 0), (counters.GetProperty("underruns").GetInt64(), counters.GetProperty("lateBytes").GetInt64(), counters.GetProperty("overruns").GetInt64()));
            Assert.InRange(root.GetProperty("driftPpm").GetDouble(), 90, 110);
            Assert.InRange(root.GetProperty("machineSeconds").GetDouble(), 0.99, 1.3);
        }
    }

    [Fact]
    public async Task E2_An_output_that_is_an_input_is_refused()
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), Cd, 100, 10);
        byte[] before = File.ReadAllBytes(folder.Path("A.wav"));
        File.CreateSymbolicLink(folder.Path("L.wav"), folder.Path("A.wav"));
        foreach (string to in new[] { folder.Path("A.wav"), folder.Path("L.wav") })
        {
            ToolResult result = await InProcess.RunAsync("play", $"{folder.Path("A.wav")}@1s", "--out", to);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("are the same file", result.Error, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(folder.Path("A.wav")));
        }
    }

    [Theory]
    [InlineData("play")]
    [InlineData("play", "A.wav")]
    [InlineData("play", "A.wav", "--out", "-", "--json")]
    [InlineData("play", "A.wav,gain=loud", "--out", "M.wav")]
    [InlineData("play", "A.wav@soon", "--out", "M.wav")]
    [InlineData("play", "A.wav", "--out", "M.wav", "--skew-ppm", "fast")]
    [InlineData("play", "A.wav", "--out", "M.wav", "--ring", "10ms", "--jitter", "2ms")]
    [InlineData("play", "A.wav", "--out", "M.wav", "--lead", "1ms")]
    [InlineData("play", "A.wav", "--out", "M.wav", "--period", "1us")]
    [InlineData("play", "-", "-", "--out", "M.wav")]
    [InlineData("play", "-", "--out", "M.wav", "--raw", "s17,1,1")]
    [InlineData("record", "--out", "R.wav")]
    [InlineData("record", "--from", "A.wav", "--out", "R.wav", "--seconds", "0")]
    public async Task E2_Wrong_usage_is_2_and_one_line(params string[] words)
    {
        ToolResult result = await InProcess.RunAsync(words, null, CancellationToken.None);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        string line = Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("dmakit: ", line, StringComparison.Ordinal);
        Assert.EndsWith($"see `dmakit {words[0]} --help`", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_After_Ctrl_C_the_output_is_whole()
    {
        using var folder = new TempFolder();
        const int Rate = 4_032;
        Sounds.Noise(folder.Path("A.wav"), new WavFormat(WavEncoding.Pcm, 16, 1, Rate), Rate * 40, 11);
        using var interruption = new CancellationTokenSource();

        // The second source begins after an hour, so that nothing but the interruption ends it; half a minute is queued, so that a busy machine leaves no gaps.
        Task<ToolResult> running = InProcess.RunAsync(
            ["play", folder.Path("A.wav"), $"{folder.Path("A.wav")}@3600s", "--out", folder.Path("M.wav"), "--real-time", "--ring", "30s"], null, interruption.Token);
        while (!running.IsCompleted && (!File.Exists(folder.Path("M.wav")) || new FileInfo(folder.Path("M.wav")).Length < 4_000)) await Task.Yield();
        await interruption.CancelAsync();
        ToolResult result = await running;
        Assert.Equal(130, result.ExitCode);
        Assert.Matches("^dmakit: interrupted; [0-9,]+ frames were written\n$", result.Error);
        short[] played = Sounds.Shorts(Sounds.Read(folder.Path("M.wav")).Samples), given = Sounds.Shorts(Sounds.Read(folder.Path("A.wav")).Samples);
        Assert.True(played.Length >= 1_900);
        Assert.Equal(given.Take(played.Length), played.Take(given.Length));
    }

    [Fact]
    public async Task E2_Real_time_takes_its_time()
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), Cd, 22_050, 12);
        ToolResult result = await InProcess.RunAsync("play", folder.Path("A.wav"), "--out", folder.Path("M.wav"), "--real-time", "--lead", "200ms", "--ring", "1s", "--json");
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.True(json.RootElement.GetProperty("machineSeconds").GetDouble() >= 0.5);

        // On a machine that is busy with something else a real-time run may lose bytes: then it says so and ends with 1.
        long missing = json.RootElement.GetProperty("counters").GetProperty("underrunBytes").GetInt64() + json.RootElement.GetProperty("counters").GetProperty("lateBytes").GetInt64();
        Assert.Equal(missing == 0 ? 0 : 1, result.ExitCode);
        if (missing == 0) Assert.Equal(Sounds.Read(folder.Path("A.wav")).Samples, Sounds.Read(folder.Path("M.wav")).Samples);
    }
}
