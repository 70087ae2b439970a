using System.CommandLine;

namespace DmaKit.Cli;

/// <summary><c>dmakit disk write</c>: a file into an image.</summary>
internal static class DiskWriteVerb
{
    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("write", "Writes a file, or the standard input, into a disk image.")
        {
            Examples =
            [
                "dmakit disk write --image D.img --create 512MiB --from FILE",
                "tar c . | dmakit disk write --image D.img --from -",
                "dmakit disk write --image D.img --from FILE --queue-depth 128 --iommu on",
                "dmakit disk write --platform vfio --device 0000:03:00.0 --image 0 --from FILE",
            ],
        };
        Option<string> image = OptionKinds.File("--image", "The disk image, or with --platform vfio the number of the disk on the adapter. An image is never created, grown or cut unless asked.", "D.img");
        Option<string> from = OptionKinds.File("--from", "What to write; - is the standard input.", "FILE");
        Option<long?> create = DiskOptions.Create();
        Option<long> offset = DiskOptions.Offset();
        command.Options.Add(image);
        command.Options.Add(from);
        command.Options.Add(create);
        command.Options.Add(offset);
        var options = new DiskOptions(command);
        options.NotForHardware(create);
        command.Validators.Add(result => options.CheckNames(result, result.GetValue(image)));
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(image)!, parsed.GetValue(from)!, parsed.GetValue(create), parsed.GetValue(offset), options.Machine(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolHost host, string imagePath, string from, long? create, long offset, MachineSettings settings, bool json, CancellationToken interrupted)
    {
        if (settings.IsHardware)
        {
            using SourceFile file = await SourceFile.OpenAsync(from, host, OutputClaim.Nothing, interrupted).ConfigureAwait(false);
            await using DiskSession own = await DiskSession.StartHardwareAsync(host, "disk write", "writing", file.Length, settings, [imagePath], interrupted).ConfigureAwait(false);
            ImageRange.ForWriting($"disk {imagePath}", own.Machine.Disks[0].Info.Length, offset, from, file.Length);
            return await WriteAsync(host, own, file, offset, json).ConfigureAwait(false);
        }

        (SourceFile source, ImageFile image) = await OpenAsync(host, imagePath, from, create, offset, interrupted).ConfigureAwait(false);
        using (source)
        {
            await using DiskSession session = await DiskSession.StartAsync(
                host, "disk write", "writing", source.Length, settings, [image], interrupted).ConfigureAwait(false);
            return await WriteAsync(host, session, source, offset, json).ConfigureAwait(false);
        }
    }

    private static async Task<int> WriteAsync(ToolHost host, DiskSession session, SourceFile source, long offset, bool json)
    {
        await session.RunAsync(() => DiskWriting.RunAsync(session.Transfer, source, session.Machine.Disks[0], offset), "written").ConfigureAwait(false);
        DiskReport report = session.Report(hashed: true);
        if (json) report.WriteJson(host);
        else report.WriteText(host.Out, "wrote");
        return ExitCode.Done;
    }

    /// <summary>Every check that can be made comes before the image is opened for writing.</summary>
    private static async Task<(SourceFile Source, ImageFile Image)> OpenAsync(
        ToolHost host, string imagePath, string from, long? create, long offset, CancellationToken interrupted)
    {
        SourceFile? source = null;
        try
        {
            if (create is { } bytes)
            {
                PathCheck.Absent(imagePath);
                source = await SourceFile.OpenAsync(from, host, OutputClaim.Nothing, interrupted).ConfigureAwait(false);
                ImageRange.ForWriting(imagePath, bytes, offset, from, source.Length);
                return (source, ImageFile.Create(imagePath, bytes));
            }

            PathCheck.Existing(imagePath, ImageFile.Role);
            using (OutputClaim claim = OutputClaim.Take(imagePath, ImageFile.Role))
            {
                source = await SourceFile.OpenAsync(from, host, claim, interrupted).ConfigureAwait(false);
                ImageRange.ForWriting(imagePath, PathCheck.LengthOf(imagePath), offset, from, source.Length);
            }

            return (source, ImageFile.Open(imagePath, forWriting: true));
        }
        catch
        {
            source?.Dispose();
            throw;
        }
    }
}
