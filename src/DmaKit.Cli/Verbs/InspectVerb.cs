using System.CommandLine;
using DmaKit.Verification;

namespace DmaKit.Cli;

/// <summary><c>dmakit inspect</c>: everything that is alive on a machine at its busiest moment, and which line of the driver each thing came from.</summary>
internal static class InspectVerb
{
    private const long StandardMemory = 64L << 20;
    private const long Bytes = 8L << 20;

    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("inspect", "Runs the demo's drivers under the verifier, and lists everything that is alive at the busiest moment: buffers, pieces, mappings, packets, and the line each came from.")
        {
            Examples = ["dmakit inspect", "dmakit inspect --svg alive.svg", "dmakit inspect --iommu on --json"],
        };
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };
        var svg = new Option<string>("--svg") { Description = "Write a picture of it to this file, too.", HelpName = "FILE" };
        command.Options.Add(json);
        command.Options.Add(svg);
        var machine = new MachineOptions(command, StandardMemory, fragmentation: 0);
        command.SetAction(async (parsed, interrupted) =>
        {
            string? picture = parsed.GetValue(svg);
            if (picture is not null) PathCheck.Creatable(picture, "picture");
            await using DemoRun demo = await DemoRun.StartAsync(
                machine.Read(parsed), Bytes, watched: false, host.Notice, host.Clock, new VerifierOptions(), interrupted).ConfigureAwait(false);
            await demo.RunAsync(interrupted).ConfigureAwait(false);
            VerifierSnapshot alive = demo.Alive ?? demo.Verifier!.TakeSnapshot();
            if (parsed.GetValue(json)) WriteJson(host, alive);
            else alive.WriteText(host.Out);
            if (picture is not null) await DrawAsync(picture, alive, interrupted).ConfigureAwait(false);
            demo.Verifier!.Check();
            return demo.Verifier.Reports is [var first, ..] ? throw new ToolException($"the verifier found {demo.Verifier.Reports.Count} breaches, the first: {first}") : ExitCode.Done;
        });
        return command;
    }

    private static void WriteJson(ToolHost host, VerifierSnapshot alive) => JsonOutput.Write(host, json =>
    {
        json.WriteString("verb", "inspect");
        json.WritePropertyName("alive");
        alive.WriteJson(json);
    });

    private static async Task DrawAsync(string path, VerifierSnapshot alive, CancellationToken interrupted)
    {
        using var drawn = new StringWriter { NewLine = "\n" };
        alive.WriteSvg(drawn);
        try
        {
            await File.WriteAllTextAsync(path, drawn.ToString(), interrupted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ErrorText.OfFile("write", path, e);
        }
    }
}
