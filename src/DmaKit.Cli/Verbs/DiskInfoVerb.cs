using System.CommandLine;
using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary><c>dmakit disk info</c>: what the driver finds out about a disk.</summary>
internal static class DiskInfoVerb
{
    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("info", "Shows what the driver finds out about a disk image behind the adapter.")
        {
            Examples = ["dmakit disk info D.img", "dmakit disk info D.img --fragmentation 0.95 --memory 8MiB"],
        };
        Argument<string> image = OptionKinds.Positional("D.img", "The disk image.");
        command.Arguments.Add(image);
        var options = new DiskOptions(command);
        command.SetAction((parsed, interrupted) => RunAsync(host, parsed.GetValue(image)!, options.Machine(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string imagePath, MachineSettings settings, bool json, CancellationToken interrupted)
    {
        ImageFile image = ImageFile.Open(imagePath, forWriting: false);
        long fileBytes = image.FileBytes;
        await using DiskSession session = await DiskSession.StartAsync(host, "disk info", "asking", null, settings, [image], interrupted).ConfigureAwait(false);
        session.Transfer.Meter.Stop();
        BlockDeviceInfo disk = session.Machine.Disks[0].Info;
        DiskReport report = session.Report(hashed: false);
        if (json)
        {
            report.WriteJson(host, writer =>
            {
                writer.WriteStartObject("disk");
                writer.WriteString("path", imagePath);
                writer.WriteNumber("fileBytes", fileBytes);
                writer.WriteNumber("bytes", disk.Length);
                writer.WriteNumber("blockBytes", disk.BlockSize);
                writer.WriteNumber("blocks", disk.BlockCount);
                writer.WriteString("vendor", disk.Vendor);
                writer.WriteString("product", disk.Product);
                writer.WriteString("serial", disk.Serial);
                writer.WriteEndObject();
            });
            return ExitCode.Done;
        }

        host.Out.WriteLine($"{PathText.Show(imagePath)}: {SizeText.Show(disk.Length)} ({SizeText.Exact(disk.Length)} bytes), {SizeText.Exact(disk.BlockCount)} blocks of {disk.BlockSize}");
        host.Out.WriteLine($"disk: {disk.Vendor} {disk.Product}, serial {disk.Serial}, behind {session.Machine.Function.Info}");
        report.WriteCounters(host.Out);
        return ExitCode.Done;
    }
}
