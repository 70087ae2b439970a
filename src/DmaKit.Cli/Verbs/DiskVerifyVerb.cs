using System.CommandLine;
using System.Globalization;

namespace DmaKit.Cli;

/// <summary><c>dmakit disk verify</c>: does the disk hold what a file holds?</summary>
internal static class DiskVerifyVerb
{
    internal static Command Build(ToolHost host)
    {
        var command = new VerbCommand("verify", "Compares a disk image with a file, and tells the first byte that differs.")
        {
            Examples = ["dmakit disk verify --image D.img --against FILE"],
        };
        Option<string> image = OptionKinds.File("--image", "The disk image, or with --platform vfio the number of the disk on the adapter.", "D.img");
        Option<string> against = OptionKinds.File("--against", "What the disk should hold; - is the standard input.", "FILE");
        Option<long> offset = DiskOptions.Offset();
        command.Options.Add(image);
        command.Options.Add(against);
        command.Options.Add(offset);
        var options = new DiskOptions(command);
        command.Validators.Add(result => options.CheckNames(result, result.GetValue(image)));
        command.SetAction((parsed, interrupted) => RunAsync(
            host, parsed.GetValue(image)!, parsed.GetValue(against)!, parsed.GetValue(offset), options.Machine(parsed), options.Json(parsed), interrupted));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolHost host, string imagePath, string against, long offset, MachineSettings settings, bool json, CancellationToken interrupted)
    {
        using SourceFile file = await SourceFile.OpenAsync(against, host, OutputClaim.Nothing, interrupted).ConfigureAwait(false);
        if (settings.IsHardware)
        {
            await using DiskSession own = await DiskSession.StartHardwareAsync(host, "disk verify", "comparing", file.Length, settings, [imagePath], interrupted).ConfigureAwait(false);
            long rest = ImageRange.ForReading($"disk {imagePath}", own.Machine.Disks[0].Info.Length, offset, null);
            return await CompareAsync(host, own, file, $"disk {imagePath}", offset, Math.Min(rest, file.Length ?? rest), json).ConfigureAwait(false);
        }

        ImageFile image = ImageFile.Open(imagePath, forWriting: false);
        long length;
        try
        {
            long disk = ImageRange.ForReading(imagePath, image.FileBytes, offset, null);
            length = Math.Min(disk, file.Length ?? disk);
        }
        catch
        {
            image.Dispose();
            throw;
        }

        await using DiskSession session = await DiskSession.StartAsync(host, "disk verify", "comparing", length, settings, [image], interrupted).ConfigureAwait(false);
        return await CompareAsync(host, session, file, imagePath, offset, length, json).ConfigureAwait(false);
    }

    private static async Task<int> CompareAsync(ToolHost host, DiskSession session, SourceFile file, string imagePath, long offset, long length, bool json)
    {
        var comparison = new Comparison(file);
        await session.RunAsync(() => CompareAsync(session, comparison, offset, length), "compared").ConfigureAwait(false);
        DiskReport report = session.Report(hashed: true);
        if (json) report.WriteJson(host, writer =>
        {
            writer.WriteBoolean("equal", comparison.Difference is null);
            if (comparison.Difference is { } at) writer.WriteNumber("firstDifference", at);
            else writer.WriteNull("firstDifference");
        });
        else if (comparison.Difference is null) report.WriteText(host.Out, "equal:");
        if (comparison.Difference is { } difference) throw new ToolException(comparison.Explain(imagePath, offset + difference));
        return ExitCode.Done;
    }

    private static async Task CompareAsync(DiskSession session, Comparison comparison, long offset, long length)
    {
        await DiskReading.RunAsync(session.Transfer, session.Machine.Disks[0], offset, length, async bytes =>
        {
            int equal = await comparison.NextAsync(bytes, session.Transfer.Interrupted).ConfigureAwait(false);
            session.Transfer.Hash(bytes.Span[..equal]);
            return equal == bytes.Length;
        }).ConfigureAwait(false);
        await comparison.ExpectEndAsync(session.Transfer.Interrupted).ConfigureAwait(false);
    }

    /// <summary>Goes through the file beside the disk.</summary>
    private sealed class Comparison(SourceFile file)
    {
        private readonly byte[] _expected = new byte[TransferBuffers.ChunkBytes];
        private long _position;
        private string _why = "";
        private bool _ended;

        /// <summary>The first byte of the file that is not on the disk, or null.</summary>
        internal long? Difference { get; private set; }

        /// <summary>Compares the next bytes of the disk.</summary>
        /// <returns>How many are equal; fewer than given at the first difference and at the end of the file.</returns>
        internal async ValueTask<int> NextAsync(ReadOnlyMemory<byte> disk, CancellationToken cancellationToken)
        {
            int got = await file.FillAsync(_expected.AsMemory(0, disk.Length), cancellationToken).ConfigureAwait(false);
            int equal = disk.Span[..got].CommonPrefixLength(_expected.AsSpan(0, got));
            _position += equal;
            if (equal < got)
            {
                Difference = _position;
                _why = string.Create(CultureInfo.InvariantCulture, $"the disk has 0x{disk.Span[equal]:x2}, the file 0x{_expected[equal]:x2}");
            }

            _ended = got < disk.Length;
            return equal;
        }

        /// <summary>After the disk's last byte: the file may have no more.</summary>
        internal async ValueTask ExpectEndAsync(CancellationToken cancellationToken)
        {
            if (Difference is not null || _ended || await file.FillAsync(_expected.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) == 0) return;
            Difference = _position;
            _why = "the disk ends there, the file goes on";
        }

        internal string Explain(string image, long onDisk) => string.Create(
            CultureInfo.InvariantCulture,
            $"{PathText.Show(image)} and {PathText.Show(file.Path)} differ first at byte {onDisk} of the disk (block {onDisk / ImageFile.BlockBytes}): {_why}");
    }
}
