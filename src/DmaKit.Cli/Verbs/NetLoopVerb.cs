using System.CommandLine;
using DmaKit.Devices;

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
            ],
        };
        Argument<string> input = OptionKinds.Positional("IN.pcap", "The capture to send, pcap or pcapng; - is the standard input.");
        command.Arguments.Add(input);
        var options = new NetOptions(command, "What was received", sends: true);
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(input)!, options.Out(parsed), options.Read(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string from, string to, NetSettings settings, bool json, CancellationToken interrupted)
    {
        using CaptureInput input = await NetFiles.OpenAsync(host, from, to, interrupted).ConfigureAwait(false);
        var cable = new NetworkCable();
        await using NetSession session = await NetSession.StartAsync(host, "net loop", settings, [cable.First, cable.Second], to, input, interrupted).ConfigureAwait(false);
        var flow = new PacketFlow(session, input, settings.Fragments);
        await session.RunAsync(() => flow.RunAsync(session.Machine.Cards[1].ReceiveAsync)).ConfigureAwait(false);
        return NetFiles.Report(host, session, to, json, "received");
    }
}
