using System.CommandLine;

namespace DmaKit.Cli;

/// <summary><c>dmakit disk copy</c>: one disk to another, both on one adapter.</summary>
internal static class DiskCopyVerb
{
    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("copy", "Copies one disk image to another: two disks on one adapter.")
        {
            Examples = ["dmakit disk copy A.img B.img", "dmakit disk copy A.img NEW.img --create 512MiB --json"],
        };
        Argument<string> from = OptionKinds.Positional("A.img", "The disk image to read, or with --platform vfio the number of the disk on the adapter.");
        Argument<string> to = OptionKinds.Positional("B.img", "The disk image to write, at least as large, or the number of the disk.");
        Option<long?> create = DiskOptions.Create();
        command.Arguments.Add(from);
        command.Arguments.Add(to);
        command.Options.Add(create);
        var options = new DiskOptions(command);
        options.NotForHardware(create);
        command.Validators.Add(result =>
        {
            options.CheckNames(result, result.GetValue(from), result.GetValue(to));
            if (options.IsHardware(result) && result.GetValue(from) == result.GetValue(to)) result.AddError("a disk is not copied to itself");
        });
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(create), options.Machine(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolHost host, string from, string to, long? create, MachineSettings settings, bool json, CancellationToken interrupted)
    {
        if (settings.IsHardware)
        {
            await using DiskSession own = await DiskSession.StartHardwareAsync(host, "disk copy", "copying", null, settings, [from, to], interrupted).ConfigureAwait(false);
            ImageRange.ForWriting($"disk {to}", own.Machine.Disks[1].Info.Length, 0, $"disk {from}", own.Machine.Disks[0].Info.Length);
            return await CopyAsync(host, own, json).ConfigureAwait(false);
        }

        (ImageFile source, ImageFile target) = Open(from, to, create);
        await using DiskSession session = await DiskSession.StartAsync(
            host, "disk copy", "copying", source.DiskBytes, settings, [source, target], interrupted).ConfigureAwait(false);
        return await CopyAsync(host, session, json).ConfigureAwait(false);
    }

    private static async Task<int> CopyAsync(ToolHost host, DiskSession session, bool json)
    {
        await session.RunAsync(() => DiskCopying.RunAsync(session.Transfer, session.Machine.Disks[0], session.Machine.Disks[1]), "copied").ConfigureAwait(false);
        DiskReport report = session.Report(hashed: true);
        if (json) report.WriteJson(host);
        else report.WriteText(host.Out, "copied");
        return ExitCode.Done;
    }

    private static (ImageFile Source, ImageFile Target) Open(string from, string to, long? create)
    {
        PathCheck.Existing(from, ImageFile.Role);
        if (create is null) PathCheck.Existing(to, ImageFile.Role);
        else PathCheck.Absent(to);
        long length = ImageRange.ForReading(from, PathCheck.LengthOf(from), 0, null);
        ImageFile source;
        using (OutputClaim claim = create is null ? OutputClaim.Take(to, ImageFile.Role) : OutputClaim.Nothing)
        {
            claim.OpenInput(from, ImageFile.Role).Dispose();
            ImageRange.ForWriting(to, create ?? PathCheck.LengthOf(to), 0, from, length);
            source = ImageFile.Open(from, forWriting: false);
        }

        try
        {
            return (source, create is { } bytes ? ImageFile.Create(to, bytes) : ImageFile.Open(to, forWriting: true));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }
}
