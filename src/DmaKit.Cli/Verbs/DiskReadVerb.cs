using System.CommandLine;

namespace DmaKit.Cli;

/// <summary><c>dmakit disk read</c>: an image, or a part of it, into a file.</summary>
internal static class DiskReadVerb
{
    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("read", "Reads a disk image, or a part of it, into a file or to the standard output.")
        {
            Examples =
            [
                "dmakit disk read --image D.img --to FILE",
                "dmakit disk read --image D.img --to - --offset 1MiB --length 64KiB | hexdump -C",
            ],
        };
        Option<string> image = OptionKinds.File("--image", "The disk image, or with --platform vfio the number of the disk on the adapter.", "D.img");
        Option<string> to = OptionKinds.File("--to", "Where to; - is the standard output. A file that exists is replaced.", "FILE");
        Option<long> offset = DiskOptions.Offset();
        Option<long?> length = OptionKinds.OptionalSize("--length", "How much to read; all from the offset on, if not given.", 0, long.MaxValue);
        command.Options.Add(image);
        command.Options.Add(to);
        command.Options.Add(offset);
        command.Options.Add(length);
        var options = new DiskOptions(command);
        command.Validators.Add(result =>
        {
            options.CheckNames(result, result.GetValue(image));
            if (options.IsJson(result) && result.GetValue(to) is "-") result.AddError("--json and --to - both want the standard output");
        });
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(image)!, parsed.GetValue(to)!, parsed.GetValue(offset), parsed.GetValue(length), options.Machine(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolHost host, string imagePath, string to, long offset, long? wanted, MachineSettings settings, bool json, CancellationToken interrupted)
    {
        if (settings.IsHardware)
        {
            OutputClaim.TakeOutput(host, to).Dispose();
            await using DiskSession own = await DiskSession.StartHardwareAsync(host, "disk read", "reading", wanted, settings, [imagePath], interrupted).ConfigureAwait(false);
            return await ReadAsync(host, own, to, offset, ImageRange.ForReading($"disk {imagePath}", own.Machine.Disks[0].Info.Length, offset, wanted), json).ConfigureAwait(false);
        }

        PathCheck.Existing(imagePath, ImageFile.Role);
        ImageFile image = OpenImage(host, imagePath, to);
        long length;
        try
        {
            length = ImageRange.ForReading(imagePath, image.FileBytes, offset, wanted);
        }
        catch
        {
            image.Dispose();
            throw;
        }

        await using DiskSession session = await DiskSession.StartAsync(host, "disk read", "reading", length, settings, [image], interrupted).ConfigureAwait(false);
        return await ReadAsync(host, session, to, offset, length, json).ConfigureAwait(false);
    }

    private static async Task<int> ReadAsync(ToolHost host, DiskSession session, string to, long offset, long length, bool json)
    {
        using TargetFile target = await TargetFile.OpenAsync(to, host, session.Transfer.Interrupted).ConfigureAwait(false);
        await session.RunAsync(() => ReadAsync(session, target, offset, length), "read").ConfigureAwait(false);
        DiskReport report = session.Report(hashed: true);
        if (json) report.WriteJson(host);
        else report.WriteText(PathCheck.IsStandardStream(to) ? host.Error : host.Out, "read");
        return ExitCode.Done;
    }

    private static ImageFile OpenImage(ToolHost host, string imagePath, string to)
    {
        using OutputClaim claim = OutputClaim.TakeOutput(host, to);
        claim.OpenInput(imagePath, ImageFile.Role).Dispose();
        return ImageFile.Open(imagePath, forWriting: false);
    }

    private static Task ReadAsync(DiskSession session, TargetFile target, long offset, long length) => DiskReading.RunAsync(
        session.Transfer, session.Machine.Disks[0], offset, length, async bytes =>
        {
            session.Transfer.Hash(bytes.Span);
            await target.WriteAsync(bytes, session.Transfer.Interrupted).ConfigureAwait(false);
            return true;
        });
}
