using System.CommandLine;
using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary><c>dmakit net send</c>: a capture through a card; what is on its wire is the result.</summary>
internal static class NetSendVerb
{
    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("send", "Sends the packets of a capture through a network card, and writes what is on its wire.")
        {
            Examples =
            [
                "dmakit net send IN.pcap --out SENT.pcap",
                "dmakit net send IN.pcap --out SENT.pcapng --fragments 8 --above-4g",
                "dmakit net send IN.pcap --out SENT.pcap --platform qemu --wire WIRE.pcap",
                "tcpdump -w - -c 100 | dmakit net send - --out -",
            ],
        };
        Argument<string> input = OptionKinds.Positional("IN.pcap", "The capture to send, pcap or pcapng; - is the standard input.");
        command.Arguments.Add(input);
        var options = new NetOptions(command, "What was on the wire", sends: true, devices: 0,
            "what is on the wire of a real card nobody tells the tool; 'net loop' sends through two cards with a cable between them");
        Option<string?> wire = options.AddWire(command);
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(input)!, options.Out(parsed), parsed.GetValue(wire), options.Read(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string from, string to, string? wireFile, NetSettings settings, bool json, CancellationToken interrupted)
    {
        if (wireFile is not null) WireOption.Check(wireFile, [from], "capture");
        using CaptureInput input = await NetFiles.OpenAsync(host, from, to, interrupted).ConfigureAwait(false);
        var wire = new ProgramPort();
        await using NetSession session = await NetSession.StartAsync(host, "net send", settings, () => NetMachine.StartAsync(settings.Machine, wire, wireFile, interrupted), to, input, interrupted).ConfigureAwait(false);
        var flow = new PacketFlow(session, input, settings.Fragments);
        await session.RunAsync(() => flow.RunAsync(wire.ReceiveFromCardAsync)).ConfigureAwait(false);
        return NetFiles.Report(host, session, to, json, "sent");
    }
}
