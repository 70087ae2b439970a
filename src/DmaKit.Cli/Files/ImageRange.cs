namespace DmaKit.Cli;

/// <summary>Whether a range lies on a disk. All checks are made on lengths, before anything is written.</summary>
internal static class ImageRange
{
    /// <summary>Refuses a range that cannot be written.</summary>
    /// <param name="path">The image.</param>
    /// <param name="fileBytes">The length of its file.</param>
    /// <param name="offset">Where the data starts.</param>
    /// <param name="from">Where the data comes from.</param>
    /// <param name="length">How much there is; null when nobody knows.</param>
    internal static void ForWriting(string path, long fileBytes, long offset, string from, long? length)
    {
        long disk = WholeBlocks(path, fileBytes);
        OffsetOnDisk(path, disk, offset);
        if (length is not { } bytes || bytes <= disk - offset) return;
        string rest = disk < fileBytes ? $" ({SizeText.Exact(fileBytes - disk)} more make no whole block)" : "";
        throw new ToolException(
            $"{PathText.Show(from)} has {SizeText.Exact(bytes)} bytes; {PathText.Show(path)} has room for {SizeText.Exact(disk - offset)} from offset {SizeText.Exact(offset)}{rest}");
    }

    /// <summary>Refuses a range that cannot be read.</summary>
    /// <param name="path">The image.</param>
    /// <param name="fileBytes">The length of its file.</param>
    /// <param name="offset">Where to start.</param>
    /// <param name="length">How much is wanted; null for the rest of the disk.</param>
    /// <returns>How much there is to read.</returns>
    internal static long ForReading(string path, long fileBytes, long offset, long? length)
    {
        long disk = WholeBlocks(path, fileBytes);
        OffsetOnDisk(path, disk, offset);
        if (length is not { } bytes) return disk - offset;
        if (bytes <= disk - offset) return bytes;
        throw new ToolException(
            $"{SizeText.Exact(bytes)} bytes are wanted from offset {SizeText.Exact(offset)}; {PathText.Show(path)} has {SizeText.Exact(disk - offset)} there");
    }

    private static long WholeBlocks(string path, long fileBytes)
    {
        long disk = fileBytes - fileBytes % ImageFile.BlockBytes;
        return disk > 0 ? disk : throw NoBlock(path, fileBytes);
    }

    /// <summary>The error for a file that is too short to be a disk.</summary>
    internal static ToolException NoBlock(string path, long fileBytes) =>
        new($"{ImageFile.Role} {PathText.Show(path)} has {SizeText.Show(fileBytes)}: not one whole block of {ImageFile.BlockBytes}");

    private static void OffsetOnDisk(string path, long disk, long offset)
    {
        if (offset > disk)
            throw new ToolException($"offset {SizeText.Exact(offset)} is beyond the end of {PathText.Show(path)}, whose blocks have {SizeText.Exact(disk)} bytes");
    }
}
