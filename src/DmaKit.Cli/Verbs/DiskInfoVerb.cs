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
            Examples = ["dmakit disk info D.img", "dmakit disk info D.img --fragmentation 0.95 --memory 8MiB", "dmakit disk info 0 --platform vfio --device 0000:03:00.0"],
        };
        Argument<string> image = OptionKinds.Positional("D.img", "The disk image, or with --platform vfio the number of the disk on the adapter.");
        command.Arguments.Add(image);
        var options = new DiskOptions(command);
        command.Validators.Add(result => options.CheckNames(result, result.GetValue(image)));
        command.SetAction((parsed, interrupted) => RunAsync(host, parsed.GetValue(image)!, options.Machine(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string imagePath, MachineSettings settings, bool json, CancellationToken interrupted)
    {
        (DiskSession started, long? fileBytes) = await StartAsync(host, imagePath, settings, interrupted).ConfigureAwait(false);
        await using DiskSession session = started;
        session.Transfer.Meter.Stop();
        BlockDeviceInfo disk = session.Machine.Disks[0].Info;
        DiskReport report = session.Report(hashed: false);
        if (json)
        {
            report.WriteJson(host, writer =>
            {
                writer.WriteStartObject("disk");
                writer.WriteString("path", imagePath);
                if (fileBytes is { } bytes) writer.WriteNumber("fileBytes", bytes);
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

    private static async Task<(DiskSession Session, long? FileBytes)> StartAsync(ToolHost host, string imagePath, MachineSettings settings, CancellationToken interrupted)
    {
        if (settings.IsHardware) return (await DiskSession.StartHardwareAsync(host, "disk info", "asking", null, settings, [imagePath], interrupted).ConfigureAwait(false), null);
        ImageFile image = ImageFile.Open(imagePath, forWriting: false);
        long fileBytes = image.FileBytes;
        return (await DiskSession.StartAsync(host, "disk info", "asking", null, settings, [image], interrupted).ConfigureAwait(false), fileBytes);
    }
}
