using DmaKit.Drivers;
using Spectre.Console;

namespace DmaKit.Cli.Tests;

/// <summary>The live view of <c>play</c> and <c>record</c>.</summary>
public sealed class SoundViewTests
{
    private static StreamFormat Cd { get; } = new(SampleFormat.Int16, 2, 44_100);

    [Theory]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public async Task E2_The_view_shows_every_figure_at_any_width(int width)
    {
        string playing = "", full = "";
        await using (SoundMachine machine = await SoundMachine.StartPlayingAsync(new SoundSettings(), Cd, null, CancellationToken.None))
        {
            await machine.RunAsync(Es1370Converter.Dac2, Cd, async play =>
            {
                play.Prepare();
                play.Append(new byte[play.Space]);
                full = Draw(play, width);
                play.Start();
                await play.WaitForPositionAsync(play.RingBytes / 2);
                playing = Draw(play, width);
            });
        }

        Fits(full, width, "▲", "device", "program", "queued", "35.2 KiB in 41 periods", "0.00 s of 1.00", "lead 204.5 ms", "drift 0.00 ppm", "0 underruns", "0 bytes missing", "0 bytes late");
        Assert.Contains("▼██", full, StringComparison.Ordinal);
        Fits(playing, width, "▼█", "░░", "0.1", "lead ", "0 underruns");

        string recording = "";
        await using (SoundMachine machine = await SoundMachine.StartCapturingAsync(new SoundSettings(), Cd, new MemorySource(Cd, new byte[4]), frames: 44_100, CancellationToken.None))
        {
            await machine.RunAsync(Es1370Converter.Adc, Cd, async record =>
            {
                record.Start();
                await record.WaitForPositionAsync(record.RingBytes / 2);
                recording = Draw(record, width);
            });
        }

        Fits(recording, width, "▲", "▼", "to be read", "waiting 10", "0 overruns", "0 bytes lost");
    }

    [Fact]
    public async Task E2_In_a_terminal_it_is_a_live_view_that_goes_away()
    {
        using var folder = new TempFolder();
        Sounds.Noise(folder.Path("A.wav"), new(Formats.WavEncoding.Pcm, 16, 2, 44_100), 44_100, 1);
        ToolResult result = await ToolProcess.InTerminalAsync("NO_COLOR=1 TERM=xterm", 50, $"play {folder.Path("A.wav")} --out {folder.Path("M.wav")}");
        Assert.Contains("▼", result.Output, StringComparison.Ordinal);
        Assert.Contains("underruns", result.Output, StringComparison.Ordinal);
        Assert.Contains("played 44,100 frames", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[38", result.Output, StringComparison.Ordinal);
    }

    private static void Fits(string drawn, int width, params string[] parts)
    {
        Assert.All(drawn.Split('\n'), line => Assert.True(line.TrimEnd().Length < width, line));
        Assert.True(drawn.Count(c => c == '\n') <= 12, drawn);
        foreach (string part in parts) Assert.Contains(part, drawn, StringComparison.Ordinal);
    }

    private static string Draw(CyclicTransfer transfer, int width)
    {
        var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Write(SoundView.Draw(transfer, 44_100, width));
        return text.ToString();
    }
}
