namespace DmaKit.Qemu;

/// <summary>A raw disk image, or a disk of nothing, that a device of QEMU's can have as its medium.</summary>
/// <param name="Id">The name that devices call it by, as in <c>scsi-hd,drive=ID</c>.</param>
/// <param name="Path">The image; null for a disk that reads as zeros and forgets what is written.</param>
public sealed record QemuDrive(string Id, string? Path)
{
    private const int BlockBytes = 512;
    private const long StandardBytes = 64L << 20;

    /// <summary>Whether the image is opened for reading only.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The length of the disk in bytes, a multiple of 512; null for the image's own, and for 64 MiB where there is none.</summary>
    public long? Bytes
    {
        get;
        init => field = value is null || (value > 0 && value % BlockBytes == 0)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Bytes), value, $"Bytes is {value}; legal: a multiple of {BlockBytes}, {BlockBytes} or more, or null.");
    }

    /// <summary>The value of QEMU's <c>-blockdev</c>.</summary>
    internal string Argument
    {
        get
        {
            string common = $"node-name={Id},read-only={(IsReadOnly ? "on" : "off")}";
            return Path is null
                ? $"driver=null-co,{common},size={Bytes ?? StandardBytes},read-zeroes=on"
                : $"driver=raw,{common}{(Bytes is null ? "" : $",size={Bytes}")},file.driver=file,file.filename={QemuPlatformOptions.Escape(System.IO.Path.GetFullPath(Path))}";
        }
    }
}
