using System.CommandLine;

namespace DmaKit.Cli;

/// <summary><c>dmakit net loop</c>: a capture through a card, a cable and another card.</summary>
internal static class NetLoopVerb
{
    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("loop", "Sends a capture through a card, a cable and a second card, compares, and writes what the second driver received.")
        {
            Examples =
            [
                "dmakit net loop IN.pcap --out GOT.pcap",
                "dmakit net loop IN.pcap --out GOT.pcap --fragments 32 --managed --iommu on --json",
                "dmakit net loop IN.pcap --out GOT.pcap --platform qemu --wire WIRE.pcap",
                "dmakit net loop IN.pcap --out GOT.pcap --platform vfio --device 0000:03:00.0 --device 0000:04:00.0",
            ],
        };
        Argument<string> input = OptionKinds.Positional("IN.pcap", "The capture to send, pcap or pcapng; - is the standard input.");
        command.Arguments.Add(input);
        var options = new NetOptions(command, "What was received", sends: true, devices: 2);
        Option<string?> wire = options.AddWire(command);
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(input)!, options.Out(parsed), parsed.GetValue(wire), options.Read(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string from, string to, string? wire, NetSettings settings, bool json, CancellationToken interrupted)
    {
        if (wire is not null) WireOption.Check(wire, [from], "capture");
        using CaptureInput input = await NetFiles.OpenAsync(host, from, to, interrupted).ConfigureAwait(false);
        await using NetSession session = await NetSession.StartAsync(host, "net loop", settings, () => NetMachine.StartLoopAsync(settings.Machine, wire, interrupted), to, input, interrupted).ConfigureAwait(false);
        var flow = new PacketFlow(session, input, settings.Fragments);
        await session.RunAsync(() => flow.RunAsync(session.Machine.Cards[1].ReceiveAsync)).ConfigureAwait(false);
        return NetFiles.Report(host, session, to, json, "received");
    }
}
