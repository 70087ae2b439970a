using System.CommandLine;
using System.Globalization;

namespace DmaKit.Cli;

/// <summary><c>dmakit disk bench</c>: how fast a disk is read.</summary>
internal static class DiskBenchVerb
{
    private const int SmallRequest = 4096;

    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("bench", "Measures reads of a disk image, one after the other and at random; the image is not changed.")
        {
            Examples = ["dmakit disk bench --image D.img", "dmakit disk bench --image D.img --queue-depth 1 --time 3s --json"],
        };
        Option<string> image = OptionKinds.File("--image", "The disk image, or with --platform vfio the number of the disk on the adapter.", "D.img");
        Option<TimeSpan> time = OptionKinds.Time("--time", "How long each of the three parts takes.", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        command.Options.Add(image);
        command.Options.Add(time);
        var options = new DiskOptions(command);
        command.Validators.Add(result => options.CheckNames(result, result.GetValue(image)));
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(image)!, parsed.GetValue(time), options.Machine(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolHost host, string imagePath, TimeSpan time, MachineSettings settings, bool json, CancellationToken interrupted)
    {
        await using DiskSession session = await (settings.IsHardware
            ? DiskSession.StartHardwareAsync(host, "disk bench", "reading", null, settings, [imagePath], interrupted)
            : DiskSession.StartAsync(host, "disk bench", "reading", null, settings, [ImageFile.Open(imagePath, forWriting: false)], interrupted)).ConfigureAwait(false);
        var results = new List<BenchResult>();
        await session.RunAsync(
            async () =>
            {
                foreach ((string name, int bytes, bool random) in new[]
                {
                    ("sequential", TransferBuffers.ChunkBytes, false), ("random", TransferBuffers.ChunkBytes, true), ("random", SmallRequest, true),
                })
                {
                    Random? places = random ? new Random(settings.Seed) : null;
                    results.Add(await DiskBenching.RunAsync(
                        session.Transfer, session.Machine.Disks[0], name, bytes, places, time, host.Clock).ConfigureAwait(false));
                }
            },
            "read").ConfigureAwait(false);
        DiskReport report = session.Report(hashed: false);
        if (json) WriteJson(host, report, results);
        else WriteText(host, report, results);
        return ExitCode.Done;
    }

    private static void WriteText(ToolHost host, DiskReport report, List<BenchResult> results)
    {
        foreach (BenchResult result in results)
        {
            host.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Name,-10} reads of {SizeText.Show(result.RequestBytes),6}: {result.CommandsPerSecond,9:#,0} commands/s, {result.BytesPerSecond / 1048576,6:#,0} MiB/s"));
        }

        report.WriteCounters(host.Out);
    }

    private static void WriteJson(ToolHost host, DiskReport report, List<BenchResult> results) => report.WriteJson(host, json =>
    {
        json.WriteStartArray("runs");
        foreach (BenchResult result in results)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Name);
            json.WriteNumber("requestBytes", result.RequestBytes);
            json.WriteNumber("commands", result.Commands);
            json.WriteNumber("seconds", Math.Round(result.Time.TotalSeconds, 6));
            json.WriteNumber("commandsPerSecond", Math.Round(result.CommandsPerSecond, 1));
            json.WriteNumber("bytesPerSecond", Math.Round(result.BytesPerSecond, 1));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
