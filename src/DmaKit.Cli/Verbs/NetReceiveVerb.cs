using System.CommandLine;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary><c>dmakit net receive</c>: frames that another program sends to a socket, through a card.</summary>
internal static class NetReceiveVerb
{
    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("receive", "Receives frames through a network card whose wire is a UNIX datagram socket, one datagram a frame, and writes a capture.")
        {
            Examples =
            [
                "dmakit net receive --socket /tmp/wire --out F.pcap --count 100",
                "dmakit net receive --socket /tmp/wire --out F.pcap --platform qemu+vtd",
                "dmakit net receive --socket /tmp/wire --out - | tshark -r -",
            ],
        };
        Option<string> socket = OptionKinds.File("--socket", "Where the socket is made; it goes when the tool ends.", "PATH");
        Option<int> count = OptionKinds.Number("--count", "End after so many packets; 0 is never.", 0, 0, int.MaxValue);
        socket.Required = false;
        socket.Description += " With --platform vfio frames come from the card's own wire instead.";
        command.Options.Add(socket);
        command.Options.Add(count);
        var options = new NetOptions(command, "What was received", sends: false, devices: 1);
        command.Validators.Add(result =>
        {
            bool given = result.GetResult(socket) is { Implicit: false };
            if (options.IsHardware(result) && given) result.AddError("--socket is not for --platform vfio: frames come from the card's own wire");
            else if (!options.IsHardware(result) && !given) result.AddError("option '--socket' is required");
        });
        Option<string?> wire = options.AddWire(command);
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(socket), parsed.GetValue(count), options.Out(parsed), parsed.GetValue(wire), options.Read(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string? socket, int count, string to, string? wireFile, NetSettings settings, bool json, CancellationToken interrupted)
    {
        if (wireFile is not null) WireOption.Check(wireFile, [], "capture");
        if (!PathCheck.IsStandardStream(to))
        {
            PathCheck.Creatable(to, "output");

            // Nobody else may be using it.
            OutputClaim.Take(to, "output").Dispose();
        }

        await using NetSession session = await NetSession.StartAsync(
            host, "net receive", settings,
            () => socket is null ? NetMachine.StartHardwareAsync(settings.Machine, interrupted) : NetMachine.StartAsync(settings.Machine, new DatagramSocketPort(socket), wireFile, interrupted),
            to, null, interrupted).ConfigureAwait(false);
        await session.RunAsync(() => ReceiveAsync(session, count)).ConfigureAwait(false);
        return NetFiles.Report(host, session, to, json, "received");
    }

    private static async Task ReceiveAsync(NetSession session, int count)
    {
        Rtl8139Driver card = session.Machine.Cards[0];
        var buffer = new byte[Rtl8139Driver.LongestReceived];
        for (long received = 0; count == 0 || received < count; received++)
        {
            if (!card.TryReceive(buffer, out int length))
            {
                // Whoever reads the file meanwhile sees all that has come.
                await session.Output.FlushAsync().ConfigureAwait(false);
                session.SampleMemory();
                length = await card.ReceiveAsync(buffer, session.Interrupted).ConfigureAwait(false);
            }

            await session.Output.WriteAsync(CaptureTime.From(session.Machine.Platform.Clock.GetUtcNow()), buffer.AsMemory(0, length)).ConfigureAwait(false);
        }
    }
}
