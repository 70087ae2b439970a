using System.CommandLine;
using System.Globalization;

namespace DmaKit.Cli;

/// <summary><c>dmakit demo deadlock</c>: a request whose data holds the map registers that its command waits for, and how that vanishes.</summary>
internal static class DemoDeadlockVerb
{
    private static readonly DeadlockSettings Standard = new();

    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("deadlock", "Lets requests hold map registers for their data and wait for more for their commands; shows the report, and how it vanishes.")
        {
            Examples = ["dmakit demo deadlock", "dmakit demo deadlock --requests 8 --pages 1 --json"],
        };
        Option<int> requests = OptionKinds.Number("--requests", "How many requests there are at once, 2 to 32.", Standard.Requests, 2, 32);
        Option<int> pages = OptionKinds.Number("--pages", "How many map registers the data of each takes, 1 to 5.", Standard.Pages, 1, 5);
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };
        command.Options.Add(requests);
        command.Options.Add(pages);
        command.Options.Add(json);
        PlatformOption.AddEmulatedOnly(command, "it needs a device whose commands may lie anywhere in memory, the mailbox, which QEMU does not have; the same pool of registers is at work in 'demo --platform qemu --managed'");
        command.SetAction(async (parsed, interrupted) =>
        {
            var settings = new DeadlockSettings { Requests = parsed.GetValue(requests), Pages = parsed.GetValue(pages) };
            DeadlockOutcome mapped = await DeadlockRound.PlayAsync(settings, commandsInCommonBuffer: false).ConfigureAwait(false);
            interrupted.ThrowIfCancellationRequested();
            DeadlockOutcome common = await DeadlockRound.PlayAsync(settings, commandsInCommonBuffer: true).ConfigureAwait(false);
            if (parsed.GetValue(json)) WriteJson(host, settings, mapped, common);
            else WriteText(host.Out, settings, mapped, common);
            if (mapped.Reports.Count == 0) throw new ToolException("no deadlock was found where there must be one");
            if (common.Reports.Count > 0) throw new ToolException("a deadlock was found although the commands lie in a common buffer");
            if (!mapped.Equal || !common.Equal) throw new ToolException("the device's memory is not what was written");
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(TextWriter writer, DeadlockSettings settings, DeadlockOutcome mapped, DeadlockOutcome common)
    {
        writer.WriteLine("dmakit demo deadlock: the data of a request holds the map registers that its command waits for");
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"machine    emulated: {settings.Registers} map registers, a mailbox device; {settings.Requests} requests at once, {settings.Pages} registers for the data of each"));
        writer.WriteLine();
        writer.WriteLine("commands in ordinary memory, each mapped when its data is mapped already:");
        foreach (DmaDeadlockReport report in mapped.Reports)
        {
            var text = new StringWriter(CultureInfo.InvariantCulture);
            report.WriteText(text);
            foreach (string line in text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)) writer.WriteLine($"  {line}");
            writer.WriteLine($"  {report.Victim} gives back what it holds, and starts again when there is some");
        }

        WriteEnd(writer, mapped);
        writer.WriteLine();
        writer.WriteLine("the same requests, their commands in a common buffer, which needs no map register:");
        WriteEnd(writer, common);
    }

    private static void WriteEnd(TextWriter writer, DeadlockOutcome outcome) => writer.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  deadlocks: {outcome.Reports.Count}; {outcome.Requests} requests done, at most {outcome.HighWater} map registers in use, read back and compared: {(outcome.Equal ? "equal" : "not equal")}"));

    private static void WriteJson(ToolHost host, DeadlockSettings settings, DeadlockOutcome mapped, DeadlockOutcome common) => JsonOutput.Write(host, json =>
    {
        json.WriteString("verb", "demo deadlock");
        json.WriteString("platform", "emulated");
        json.WriteNumber("mapRegisters", settings.Registers);
        json.WriteNumber("requests", settings.Requests);
        json.WriteStartArray("rounds");
        foreach (DeadlockOutcome outcome in (DeadlockOutcome[])[mapped, common])
        {
            json.WriteStartObject();
            json.WriteString("commands", outcome.Commands);
            json.WriteNumber("done", outcome.Requests);
            json.WriteNumber("registersHighWater", outcome.HighWater);
            json.WriteBoolean("equal", outcome.Equal);
            json.WriteStartArray("deadlocks");
            foreach (DmaDeadlockReport report in outcome.Reports) report.WriteJson(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
