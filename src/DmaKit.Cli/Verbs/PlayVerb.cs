using System.CommandLine;
using DmaKit.Drivers;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary><c>dmakit play</c>: sources mixed into the ring of a sound card, and what the card plays into a file.</summary>
internal static class PlayVerb
{
    private const Es1370Converter Converter = Es1370Converter.Dac2;

    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("play", "Mixes WAV files into the ring of a sound card, and writes what the card plays.")
        {
            Examples =
            [
                "dmakit play A.wav B.wav@1.5s,gain=-6dB --out MIX.wav",
                "dmakit play A.wav --out MIX.wav --skew-ppm 300 --jitter 2ms --real-time",
                "dmakit play A.wav B.wav --out MIX.wav --platform qemu",
                "dmakit play A.wav --platform vfio --device 0000:03:00.0",
                "sox A.flac -t s16 - | dmakit play - --raw s16,44100,2 --out - | aplay -f cd",
            ],
        };
        var sources = new Argument<string[]>("SOURCE...")
        {
            Description = "WAV files, each with when it begins, its gain, and a fade, such as B.wav@1.5s,gain=-6dB,fade=20ms; - is the standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        sources.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(t => t.Value))
                if (!SoundSpec.TryParse(text, out _, out string error)) result.AddError(error);
            if (result.Tokens.Count(t => t.Value.StartsWith('-')) > 1) result.AddError("the standard input can be only one of the sources");
        });
        command.Arguments.Add(sources);
        var options = new SoundOptions(command, Converter);
        Option<string?> wire = options.AddWire(command);
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(sources)!, options.Out(parsed), parsed.GetValue(wire), options.Rate(parsed), options.Raw(parsed), options.Read(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolHost host, string[] sources, string? to, string? wire, int? chosenRate, WavFormat raw, SoundSettings settings, bool json, CancellationToken interrupted)
    {
        SoundSpec[] specs = [.. sources.Select(Parse)];
        if (wire is not null) WireOption.Check(wire, specs.Select(s => s.Path), "source");
        using var inputs = await SoundInputs.OpenAsync(host, specs, raw, to, interrupted).ConfigureAwait(false);
        double rate = SoundMachine.ChooseRate(host, Converter, inputs.All[0].Source.Format.Rate, chosenRate);
        int channels = inputs.All.Any(i => i.Source.Format.Channels > 1) ? 2 : 1;
        var format = new StreamFormat(SampleFormat.Int16, channels, rate);
        (SoundInput Input, IStreamSource Source, long Start)[] mix =
            [.. inputs.All.Select(i => (i, i.At(rate), (long)Math.Round(i.Spec.Start.TotalSeconds * rate)))];
        long frames = mix.Max(m => m.Start + m.Source.Frames);
        await using SoundMachine machine = await SoundMachine.StartPlayingAsync(settings, format, wire, interrupted).ConfigureAwait(false);
        using SoundOutput output = to is null ? SoundOutput.Elsewhere(frames) : await SoundOutput.OpenAsync(to, new WavFormat(WavEncoding.Pcm, 16, channels, (int)rate), frames, host, interrupted).ConfigureAwait(false);
        machine.PlayInto(output);
        long started = host.Clock.GetTimestamp();
        Task work = machine.RunAsync(Converter, format, async transfer =>
        {
            transfer.Prepare();
            var player = new StreamPlayer(transfer, format, settings.Lead);
            foreach ((SoundInput input, IStreamSource source, long start) in mix)
                player.Add(source, start, new ComposedSourceOptions { Gain = input.Spec.Gain, FadeIn = input.Spec.Fade, FadeOut = input.Spec.Fade });
            if (machine.TailFrames > 0) player.Add(new MemorySource(format, new byte[machine.TailFrames * format.FrameBytes]), frames);
            await player.RunAsync(toEnd: true, _ => output.ThrowIfFailed(), interrupted).ConfigureAwait(false);
        });
        await SoundVerbs.FinishAsync(host, machine, inputs, output, work, interrupted).ConfigureAwait(false);
        SoundReport report = SoundVerbs.Report(host, "play", "played", machine, format, output, to, json, started);
        return SoundVerbs.Judge(host, report.Ring.UnderrunBytes + report.Ring.LateBytes, $"were not there in time, and are silent in {(to is null ? "what was played" : "the output")}: use a longer --lead, --ring or --period");
    }

    private static SoundSpec Parse(string text) => SoundSpec.TryParse(text, out SoundSpec spec, out string error) ? spec : throw new ToolException(error, ExitCode.WrongUsage);
}
