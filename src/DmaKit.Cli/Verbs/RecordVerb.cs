using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DmaKit.Drivers;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary><c>dmakit record</c>: what a sound card captures into a file.</summary>
internal static class RecordVerb
{
    private const Es1370Converter Converter = Es1370Converter.Adc;
    private const double MostSeconds = 86_400;

    // Where no source has a rate to go by.
    private const double OwnRate = 44_100;

    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("record", "Feeds a WAV file to the input of a sound card, and writes what its driver captures.")
        {
            Examples =
            [
                "dmakit record --from A.wav --out R.wav --seconds 5",
                "dmakit record --from A.wav --out - --seconds 1 | hexdump -C",
                "dmakit record --from A.wav --out R.wav --platform qemu --ring 1.4s",
                "dmakit record --platform vfio --device 0000:03:00.0 --seconds 5 --out R.wav",
            ],
        };
        Option<string> from = OptionKinds.File("--from", "What the card hears; - is the standard input.", "A.wav");
        var seconds = new Option<double?>("--seconds")
        {
            Description = "How long; silence follows the source. Default: as long as the source.",
            HelpName = "N",
            CustomParser = ParseSeconds,
        };
        from.Required = false;
        from.Description += " With --platform vfio the card hears its own cable instead, and --seconds says how long.";
        command.Options.Add(from);
        command.Options.Add(seconds);
        var options = new SoundOptions(command, Converter);
        command.Validators.Add(result =>
        {
            bool given = result.GetResult(from) is { Implicit: false };
            if (options.IsHardware(result) && given) result.AddError("--from is not for --platform vfio: the card hears its own cable");
            else if (options.IsHardware(result) && result.GetResult(seconds) is not { Implicit: false }) result.AddError("--platform vfio needs --seconds, which says how long");
            else if (!options.IsHardware(result) && !given) result.AddError("option '--from' is required");
        });
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(from), parsed.GetValue(seconds), options.Out(parsed)!, options.Rate(parsed), options.Raw(parsed), options.Read(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolHost host, string? from, double? seconds, string to, int? chosenRate, WavFormat raw, SoundSettings settings, bool json, CancellationToken interrupted)
    {
        using var inputs = await SoundInputs.OpenAsync(host, from is null ? [] : [new SoundSpec(from, TimeSpan.Zero, 1, TimeSpan.Zero)], raw, to, interrupted).ConfigureAwait(false);
        SoundInput? input = inputs.All.FirstOrDefault();
        double rate = SoundMachine.ChooseRate(host, Converter, input?.Source.Format.Rate ?? OwnRate, chosenRate);
        int channels = Math.Min(2, input?.Source.Format.Channels ?? 2);
        var format = new StreamFormat(SampleFormat.Int16, channels, rate);
        IStreamSource? source = input?.At(rate);
        long frames = seconds is { } asked ? (long)Math.Round(asked * rate) : source!.Frames;
        await using SoundMachine machine = await SoundMachine.StartCapturingAsync(settings, format, source, frames, interrupted).ConfigureAwait(false);
        using SoundOutput output = await SoundOutput.OpenAsync(to, new WavFormat(WavEncoding.Pcm, 16, channels, (int)rate), frames, host, interrupted).ConfigureAwait(false);
        long started = host.Clock.GetTimestamp();
        Task work = machine.RunAsync(Converter, format, transfer => CaptureAsync(transfer, output, interrupted));
        await SoundVerbs.FinishAsync(host, machine, inputs, output, work, interrupted).ConfigureAwait(false);
        SoundReport report = SoundVerbs.Report(host, "record", "recorded", machine, format, output, to, json, started);
        return SoundVerbs.Judge(host, report.Ring.OverrunBytes, "were overwritten before they were read, and are silent in the output: use a longer --ring");
    }

    private static async Task CaptureAsync(CyclicTransfer transfer, SoundOutput output, CancellationToken interrupted)
    {
        var data = new byte[transfer.RingBytes];
        transfer.Start();
        while (output.Frames < output.FramesWanted)
        {
            CyclicRead read = await transfer.ReadAsync(data, interrupted).ConfigureAwait(false);

            // What was lost keeps its place: everything after it stands where it belongs.
            for (long lost = read.Lost; lost > 0; lost -= transfer.PeriodBytes) output.Write(new byte[Math.Min(lost, transfer.PeriodBytes)]);
            output.Write(data.AsSpan(0, read.Length));
            output.ThrowIfFailed();
        }
    }

    private static double? ParseSeconds(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= MostSeconds) return value;
        result.AddError($"--seconds is '{text}'; legal: a number above 0, {MostSeconds} at most");
        return null;
    }
}
