using System.CommandLine;
using DmaKit.Verification;

namespace DmaKit.Cli;

/// <summary><c>dmakit demo</c>: what people show to a colleague.</summary>
internal static class DemoVerb
{
    private const long StandardMemory = 64L << 20;
    private const double StandardFragmentation = 0.85;
    private const long WatchedBytes = 128L << 20;
    private const long PlainBytes = 32L << 20;
    private static readonly TimeSpan WatchedLatency = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(80);

    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("demo", "Writes data through a disk driver, reads it back and compares, exchanges packets through network cards, and shows the memory that drivers and devices share.")
        {
            Examples = ["dmakit demo", "dmakit demo --fragmentation 1 --iommu on", "dmakit demo --svg demo.svg"],
        };
        var plain = new Option<bool>("--plain") { Description = "A dozen lines instead of the live view." };
        var svg = new Option<string>("--svg") { Description = "Write a picture of it to this file, too.", HelpName = "FILE" };
        command.Subcommands.Add(DemoDeadlockVerb.Build(host));
        command.Options.Add(plain);
        command.Options.Add(svg);
        var machine = new MachineOptions(command, StandardMemory, StandardFragmentation);
        command.SetAction((parsed, interrupted) => RunAsync(
            host, machine.Read(parsed), live: host.OutIsTerminal && !parsed.GetValue(plain), parsed.GetValue(svg), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, MachineSettings settings, bool live, string? svg, CancellationToken interrupted)
    {
        if (svg is not null) PathCheck.Creatable(svg, "picture");
        if (live && settings is { Platform: PlatformKind.Emulated, DiskLatency.Ticks: 0 }) settings = settings with { DiskLatency = WatchedLatency };
        await using DemoRun demo = await DemoRun.StartAsync(
            settings, live ? WatchedBytes : PlainBytes, live, host.Notice, host.Clock, live ? new VerifierOptions() : null, interrupted).ConfigureAwait(false);
        if (live) await WatchAsync(host, demo, interrupted).ConfigureAwait(false);
        else
        {
            DemoText.WriteStart(host.Out, demo.Look());
            await demo.RunAsync(interrupted).ConfigureAwait(false);
        }

        DemoSnapshot end = demo.Look();
        if (live)
        {
            host.Out.WriteLine(DemoText.Result(end));
            foreach (string finding in end.Findings ?? []) host.Out.WriteLine(finding);
        }
        else DemoText.WriteEnd(host.Out, end);
        if (svg is not null) await DrawAsync(svg, demo.Busiest ?? end, end, interrupted).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static async Task WatchAsync(ToolHost host, DemoRun demo, CancellationToken interrupted)
    {
        Task work = demo.RunAsync(interrupted);
        await LiveView.ShowAsync(host, host.Out, width: null, Frame, stays: true, width => DemoView.Draw(Look(host, demo), width), work).ConfigureAwait(false);
        await work.ConfigureAwait(false);
    }

    /// <summary>One moment, after what was typed meanwhile: b plants a bug in the driver, which the verifier then finds by looking.</summary>
    private static DemoSnapshot Look(ToolHost host, DemoRun demo)
    {
        if (host.Key() is 'b' or 'B') demo.PlantBug();
        demo.Verifier?.Check();
        return demo.Look();
    }

    private static async Task DrawAsync(string path, DemoSnapshot busiest, DemoSnapshot end, CancellationToken interrupted)
    {
        try
        {
            await File.WriteAllTextAsync(path, DemoPicture.Draw(busiest, end), interrupted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ErrorText.OfFile("write", path, e);
        }
    }
}
