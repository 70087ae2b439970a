using DmaKit.Devices;
using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>The bytes of a disk, before it is known whose device they are put behind.</summary>
internal abstract class DiskMedium : IDisposable
{
    /// <summary>The bytes as a model's disk; owned by the model from then on.</summary>
    internal abstract DiskImage MakeModel();

    /// <summary>The bytes as QEMU finds them.</summary>
    /// <param name="id">The drive's name.</param>
    internal abstract QemuDrive MakeDrive(string id);

    public abstract void Dispose();
}
