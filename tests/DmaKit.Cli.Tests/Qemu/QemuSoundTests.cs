using System.Text.Json;
using DmaKit.Formats;

namespace DmaKit.Cli.Tests;

/// <summary>Sound through QEMU's card into QEMU's own WAV file, on the real clock. A busy machine may be late: then it says where, and all else is exact.</summary>
public sealed class QemuSoundTests(ITestOutputHelper output) : IDisposable
{
    // A lap of the ring takes 3 s at this rate: laps can be told apart on a machine that stands still for a second.
    private const int Rate = 22_050;

    private static readonly WavFormat s_stereo = new(WavEncoding.Pcm, 16, 2, Rate);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qemu", 5)]
    [InlineData("qemu+vtd", 1)]
    public Task S5_Three_sources_are_in_qemus_own_file_but_for_what_the_driver_says_came_late(string platform, int seconds) =>
        PlayAsync(platform, s_stereo, seconds, "--ring", "2.9s");

    [Theory(Explicit = true)]
    [Trait("Category", "Soak")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Soak_Half_a_minute_with_20_ms_of_lead_and_busy_cores(int run)
    {
        output.WriteLine($"run {run}");
        using var enough = new CancellationTokenSource();
        Thread[] busy = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!enough.IsCancellationRequested) Thread.SpinWait(1000);
        }) { IsBackground = true })];
        foreach (Thread thread in busy) thread.Start();
        try
        {
            await PlayAsync("qemu", new WavFormat(WavEncoding.Pcm, 16, 2, 44_100), 30, "--lead", "20ms", "--ring", "1.4s");
        }
        finally
        {
            await enough.CancelAsync();
            foreach (Thread thread in busy) thread.Join();
        }
    }

    [Fact]
    public async Task S5_One_channel_comes_out_as_one()
    {
        QemuTool.Require();
        var mono = new WavFormat(WavEncoding.Pcm, 16, 1, Rate);
        byte[] samples = Sounds.Samples(mono, Rate / 2, 5);
        ToolResult result = await InProcess.RunAsync(["play", "-", "--raw", $"s16,{Rate},1", "--out", "-", "--platform", "qemu", "--ring", "5s"], samples, CancellationToken.None);
        Assert.Equal(samples.Length, result.OutputBytes.Length);
        if (result.ExitCode == 0) Assert.Equal(samples, result.OutputBytes);
        else Assert.Contains("were not there in time", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qemu", 2)]
    [InlineData("qemu", 1)]
    [InlineData("qemu+vtd", 2)]
    public async Task S7_Qemus_card_hears_the_source_and_then_silence(string platform, int channels)
    {
        QemuTool.Require();
        var format = new WavFormat(WavEncoding.Pcm, 16, channels, Rate);
        byte[] samples = Sounds.Samples(format, Rate / 2, 5);
        ToolResult result = await InProcess.RunAsync(
            ["record", "--from", "-", "--raw", $"s16,{Rate},{channels}", "--platform", platform, "--out", _folder.Path("R.wav"), "--seconds", "0.6", "--ring", "2.9s", "--json"], samples, CancellationToken.None);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        output.WriteLine($"{json.RootElement.GetProperty("counters")}");
        bool whole = json.RootElement.GetProperty("counters").GetProperty("overrunBytes").GetInt64() == 0;
        Assert.Equal(platform, json.RootElement.GetProperty("platform").GetString());
        Assert.Equal(whole ? 0 : 1, result.ExitCode);
        (WavFormat told, byte[] got) = Sounds.Read(_folder.Path("R.wav"));
        Assert.Equal(format, told);
        byte[] expected = new byte[Rate * 6 / 10 * format.FrameBytes];
        samples.CopyTo(expected, 0);
        Assert.Equal(expected.Length, got.Length);
        if (whole) Assert.True(got.AsSpan().SequenceEqual(expected), $"byte {got.AsSpan().CommonPrefixLength(expected)} of {expected.Length} is another one");
    }

    [Theory]
    [InlineData("--period is 1 ms; legal on QEMU: 2 ms or more", "play", "A.wav", "--out", "M.wav", "--platform", "qemu", "--period", "1ms")]
    [InlineData("--skew-ppm is for --platform emulated only", "play", "A.wav", "--out", "M.wav", "--platform", "qemu", "--skew-ppm", "3")]
    [InlineData("--wire is for --platform qemu", "play", "A.wav", "--out", "M.wav", "--wire", "W.wav")]
    [InlineData("--wire and --out are the same file", "play", "A.wav", "--out", "M.wav", "--wire", "M.wav", "--platform", "qemu")]
    public async Task E2_What_qemus_card_cannot_do_is_wrong_usage(string expected, params string[] words) =>
        Assert.Contains(expected, (await InProcess.RunAsync(words)).SingleError(2), StringComparison.Ordinal);

    [Fact]
    public async Task E2_Qemus_own_file_is_no_source()
    {
        Sounds.Noise(_folder.Path("A.wav"), s_stereo, 100, 1);
        byte[] before = File.ReadAllBytes(_folder.Path("A.wav"));
        ToolResult result = await InProcess.RunAsync("play", _folder.Path("A.wav"), "--out", _folder.Path("M.wav"), "--wire", _folder.Path("A.wav"), "--platform", "qemu");
        Assert.Contains("are the same file", result.SingleError(1), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.Path("A.wav")));
    }

    [Fact]
    public async Task E2_After_Ctrl_C_what_was_heard_is_in_the_output()
    {
        QemuTool.Require();
        Sounds.Noise(_folder.Path("A.wav"), s_stereo, Rate * 60, 11);
        using var interruption = new CancellationTokenSource();
        Task<ToolResult> running = InProcess.RunAsync(
            ["play", _folder.Path("A.wav"), "--out", _folder.Path("M.wav"), "--platform", "qemu", "--ring", "2.9s", "--wire", _folder.Path("W.wav")], null, interruption.Token);
        while (!running.IsCompleted && (!File.Exists(_folder.Path("W.wav")) || new FileInfo(_folder.Path("W.wav")).Length < 20_000)) await Task.Yield();
        await interruption.CancelAsync();
        ToolResult result = await running;
        Assert.Equal(130, result.ExitCode);
        byte[] played = Sounds.Read(_folder.Path("M.wav")).Samples;
        Assert.InRange(played.Length, 16_000, Rate * 4 * 59);
    }

    /// <summary>Three sources that overlap and saturate, compared with their sum but for the gaps that were told.</summary>
    private async Task PlayAsync(string platform, WavFormat format, int seconds, params string[] options)
    {
        QemuTool.Require();
        int rate = format.SampleRate, frames = seconds * rate;
        (int Frames, int Start)[] places = [(frames, 0), (frames / 2, rate / 5), (frames / 2, frames / 2)];
        var sources = new List<string>();
        var sum = new int[2 * frames];
        for (int i = 0; i < places.Length; i++)
        {
            string path = Sounds.Noise(_folder.Path($"{i}.wav"), format, places[i].Frames, seed: i);
            sources.Add(places[i].Start == 0 ? path : FormattableString.Invariant($"{path}@{places[i].Start / (double)rate}s"));
            short[] samples = Sounds.Shorts(Sounds.Read(path).Samples);
            for (int at = 0; at < samples.Length; at++) sum[2 * places[i].Start + at] += samples[at];
        }

        string mix = _folder.Path("mix.wav"), wire = _folder.Path("wire,1.wav");
        ToolResult result = await InProcess.RunAsync(["play", .. sources, "--out", mix, "--platform", platform, "--wire", wire, "--json", .. options]);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement counters = json.RootElement.GetProperty("counters");
        long missing = counters.GetProperty("underrunBytes").GetInt64() + counters.GetProperty("lateBytes").GetInt64();
        (long From, long To)[] gaps = [.. json.RootElement.GetProperty("gaps").EnumerateArray().Select(g => (g.GetProperty("frame").GetInt64(), g.GetProperty("frame").GetInt64() + g.GetProperty("frames").GetInt64()))];
        output.WriteLine($"{platform}: {missing} of {frames * 4} bytes late or missing, in {gaps.Length} gaps; {counters}");
        Assert.Equal(platform, json.RootElement.GetProperty("platform").GetString());
        Assert.Equal(missing == 0 ? 0 : 1, result.ExitCode);
        Assert.Equal(missing == 0, gaps.Length == 0);
        (WavFormat got, byte[] heard) = Sounds.Read(mix);
        Assert.Equal(format, got);

        // Where everything has stood still for half a lap of the ring, and QEMU with it, nobody can say whether the card has gone round: from there on it may be a lap off.
        long half = json.RootElement.GetProperty("ringBytes").GetInt64() / (2 * format.FrameBytes);
        long known = gaps.Where(g => g.To - g.From >= half).Select(g => g.From).DefaultIfEmpty(frames).Min();
        if (known < frames) output.WriteLine($"the machine stood still for longer than laps can be told apart: compared up to frame {known}");
        else Assert.Equal(frames * 4, heard.Length);

        // The file is QEMU's own, up to the silence at its end.
        Assert.True(heard.AsSpan().SequenceEqual(Sounds.Read(wire).Samples.AsSpan(0, heard.Length)), "the output is not what QEMU wrote");
        var late = new bool[frames];
        foreach ((long from, long to) in gaps) late.AsSpan((int)Math.Min(from, frames)..(int)Math.Min(to, frames)).Fill(true);
        short[] samplesHeard = Sounds.Shorts(heard);
        for (int i = 0; i < Math.Min(2 * known, samplesHeard.Length); i++)
        {
            short expected = (short)Math.Clamp(sum[i], short.MinValue, short.MaxValue);
            if (samplesHeard[i] != expected && !late[i / 2]) Assert.Fail($"sample {i % 2} of frame {i / 2} is {samplesHeard[i]}, and should be {expected}; late: {string.Join(", ", gaps)}");
        }
    }
}
