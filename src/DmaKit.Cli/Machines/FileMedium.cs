using System.Globalization;
using DmaKit.Devices;
using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>An image file that is open.</summary>
internal sealed class FileMedium(ImageFile image) : DiskMedium
{
    internal override DiskImage MakeModel() => new FileDiskImage(image.Handle, isReadOnly: !image.IsWritable);

    // By the open file, so that it is this one whatever happens to the name meanwhile; and whole blocks only, because QEMU would make one of a rest.
    internal override QemuDrive MakeDrive(string id) =>
        new(id, string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{image.Handle.DangerousGetHandle()}"))
        {
            IsReadOnly = !image.IsWritable,
            Bytes = image.DiskBytes,
        };

    public override void Dispose() => image.Dispose();
}
