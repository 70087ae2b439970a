using System.Globalization;
using DmaKit.Devices;
using DmaKit.Qemu;
using Microsoft.Win32.SafeHandles;

namespace DmaKit.Cli;

/// <summary>A disk that is empty at first and gone at the end.</summary>
/// <param name="bytes">Its length.</param>
internal sealed class BlankMedium(long bytes) : DiskMedium
{
    private SafeFileHandle? _file;

    internal override DiskImage MakeModel() => new MemoryDiskImage(bytes);

    internal override QemuDrive MakeDrive(string id)
    {
        // A file without a name: QEMU opens it through this process.
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None);
        File.Delete(path);
        RandomAccess.SetLength(_file, bytes);
        return new QemuDrive(id, string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_file.DangerousGetHandle()}"));
    }

    public override void Dispose() => _file?.Dispose();
}
