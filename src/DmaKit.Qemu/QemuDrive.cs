namespace DmaKit.Qemu;

/// <summary>A raw disk image, or a disk of nothing, that a device of QEMU's can have as its medium.</summary>
/// <param name="Id">The name that devices call it by, as in <c>scsi-hd,drive=ID</c>.</param>
/// <param name="Path">The image; null for a disk that reads as zeros and forgets what is written.</param>
public sealed record QemuDrive(string Id, string? Path)
{
    /// <summary>Whether the image is opened for reading only.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The length of a disk without an image, in bytes: a multiple of 512.</summary>
    public long EmptyBytes { get; init; } = 64L << 20;

    /// <summary>The value of QEMU's <c>-blockdev</c>.</summary>
    internal string Argument
    {
        get
        {
            string common = $"node-name={Id},read-only={(IsReadOnly ? "on" : "off")}";
            return Path is null
                ? $"driver=null-co,{common},size={EmptyBytes},read-zeroes=on"
                : $"driver=raw,{common},file.driver=file,file.filename={QemuText.Escape(System.IO.Path.GetFullPath(Path))}";
        }
    }
}
