using System.CommandLine;
using System.Globalization;

namespace DmaKit.Cli;

/// <summary><c>dmakit clock</c>: how a device clock finds out how fast a device is and where it is.</summary>
internal static class ClockVerb
{
    private static readonly double[] Looks = [1, 10, 60, 600, 3_600, 36_000];

    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("clock", "Reports a made-up device's position with jitter to a device clock, and shows how its estimate converges.")
        {
            Examples = ["dmakit clock", "dmakit clock --plot clock.svg", "dmakit clock --skew-ppm -80 --jitter 500us --seconds 60 --json"],
        };
        var plot = new Option<string>("--plot") { Description = "Write a picture of it to this file; - is the standard output, instead of the text.", HelpName = "FILE" };
        Option<double> skew = OptionKinds.Real("--skew-ppm", "How much faster than its nominal rate the device is, in ppm.", 300, -100_000, 100_000);
        Option<TimeSpan> jitter = OptionKinds.Time("--jitter", "Standard deviation of the time of a report.", TimeSpan.FromMilliseconds(2), TimeSpan.FromSeconds(1));
        Option<TimeSpan> interval = OptionKinds.Time("--interval", "Time between two reports.", TimeSpan.FromMilliseconds(5), TimeSpan.FromHours(1));
        Option<int> rate = OptionKinds.Number("--rate", "Nominal rate in frames a second.", 48_000, 1, 1_000_000_000);
        Option<int> step = OptionKinds.Number("--step", "Positions are told in steps of so many frames.", 1, 1, 1_000_000);
        Option<double> seconds = OptionKinds.Real("--seconds", "How long the device is watched.", 600, 0.1, 10_000_000);
        Option<int> seed = OptionKinds.Number("--seed", "What the jitter is made from.", 1, 0, int.MaxValue);
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };
        foreach (Option option in new Option[] { plot, skew, jitter, interval, rate, step, seconds, seed, json }) command.Options.Add(option);
        PlatformOption.AddEmulatedOnly(command, "its device is made up, so that the truth is known that the estimate is compared with; what a clock finds out about QEMU's sound card is in the report of 'play --platform qemu'");
        command.SetAction((parsed, interrupted) => RunAsync(
            host,
            new ClockSettings(parsed.GetValue(rate), parsed.GetValue(skew), parsed.GetValue(jitter), parsed.GetValue(interval), parsed.GetValue(step), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(seed)),
            parsed.GetValue(plot),
            parsed.GetValue(json),
            interrupted));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, ClockSettings settings, string? plot, bool json, CancellationToken interrupted)
    {
        bool toOutput = plot is not null && PathCheck.IsStandardStream(plot);
        if (settings.Interval < TimeSpan.FromMicroseconds(1)) throw new ToolException("--interval is less than 1us; legal: 1us to an hour", ExitCode.WrongUsage);
        if (settings.Time / settings.Interval is < 20 or > 1e9) throw new ToolException("--seconds divided by --interval is the number of reports; legal: 20 to 1,000,000,000", ExitCode.WrongUsage);
        if (toOutput && json) throw new ToolException("--plot - and --json both write to the standard output; choose one", ExitCode.WrongUsage);
        if (plot is not null && !toOutput) PathCheck.Creatable(plot, "picture");
        ClockRun run = ClockRun.Play(settings, interrupted);
        if (toOutput) host.Out.Write(ClockPicture.Draw(run));
        else if (plot is not null) await DrawAsync(plot, run, interrupted).ConfigureAwait(false);
        if (json) WriteJson(host, run);
        else if (!toOutput) WriteText(host, run);
        return ExitCode.Done;
    }

    private static async Task DrawAsync(string path, ClockRun run, CancellationToken interrupted)
    {
        try
        {
            await File.WriteAllTextAsync(path, ClockPicture.Draw(run), interrupted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ErrorText.OfFile("write", path, e);
        }
    }

    private static void WriteText(ToolHost host, ClockRun run)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        ClockSettings s = run.Settings;
        host.Out.WriteLine(string.Create(culture, $"device     {s.Rate:#,0.##} frames/s, {s.Skew:0.###} ppm fast; reports each {TimeText.Show(s.Interval)}, jitter {TimeText.Show(s.Jitter)}, seed {s.Seed}"));
        host.Out.WriteLine("   after   drift, ppm    error    bound   best possible   fixed loop   prediction error    bound");
        foreach (ClockPoint p in Shown(run))
        {
            host.Out.WriteLine(string.Create(
                culture, $"{p.Seconds,6:0.#} s {p.Drift,12:0.000} {p.DriftError,8:0.000} {p.DriftBound,8:0.000} {p.DriftLimit,15:0.000} {p.LoopDriftError,12:0.000} {p.PredictionError * 1e3,15:0.000} ms {p.PredictionBound * 1e3,5:0.000} ms"));
        }

        host.Out.WriteLine(string.Create(culture, $"bounds     true in {run.Predictions - run.Broken:#,0} of {run.Predictions:#,0} predictions ({100.0 * (run.Predictions - run.Broken) / run.Predictions:0.###} %)"));
    }

    private static IEnumerable<ClockPoint> Shown(ClockRun run)
    {
        ClockPoint last = run.Points[^1];
        foreach (double look in Looks)
            if (look < last.Seconds * 0.99) yield return run.Points.MinBy(p => Math.Abs(p.Seconds - look));
        yield return last;
    }

    private static void WriteJson(ToolHost host, ClockRun run) => JsonOutput.Write(host, json =>
    {
        ClockSettings s = run.Settings;
        DeviceClockStatistics statistics = run.Clock.Statistics;
        json.WriteString("verb", "clock");
        json.WriteNumber("rate", s.Rate);
        json.WriteNumber("skewPpm", s.Skew);
        json.WriteNumber("jitterSeconds", s.Jitter.TotalSeconds);
        json.WriteNumber("intervalSeconds", s.Interval.TotalSeconds);
        json.WriteNumber("step", s.Step);
        json.WriteNumber("seconds", s.Time.TotalSeconds);
        json.WriteNumber("seed", s.Seed);
        json.WriteNumber("predictions", run.Predictions);
        json.WriteNumber("boundsTrue", run.Predictions - run.Broken);
        json.WriteNumber("outliers", statistics.Outliers);
        json.WriteNumber("jumps", statistics.Jumps);
        json.WriteNumber("changes", statistics.Changes);
        json.WriteNumber("stalls", statistics.Stalls);
        json.WriteStartArray("points");
        foreach (ClockPoint p in run.Points)
        {
            json.WriteStartObject();
            json.WriteNumber("seconds", Math.Round(p.Seconds, 6));
            json.WriteNumber("driftPpm", Math.Round(p.Drift, 6));
            json.WriteNumber("driftErrorPpm", Math.Round(p.DriftError, 6));
            json.WriteNumber("driftBoundPpm", Math.Round(p.DriftBound, 6));
            json.WriteNumber("bestPossiblePpm", Math.Round(p.DriftLimit, 6));
            json.WriteNumber("fixedLoopErrorPpm", Math.Round(p.LoopDriftError, 6));
            json.WriteNumber("predictionErrorSeconds", Math.Round(p.PredictionError, 9));
            json.WriteNumber("predictionBoundSeconds", Math.Round(p.PredictionBound, 9));
            json.WriteNumber("fixedLoopPredictionErrorSeconds", Math.Round(p.LoopPredictionError, 9));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
