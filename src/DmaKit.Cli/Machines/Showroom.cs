using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;
using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>A machine with one of every device that there is a driver for.</summary>
internal static class Showroom
{
    private const long DiskBytes = 64L << 20;

    /// <summary>Starts it.</summary>
    /// <param name="platform">Whose devices.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<DmaPlatform> OpenAsync(PlatformKind platform, CancellationToken cancellationToken)
    {
        if (platform != PlatformKind.Emulated)
        {
            return await QemuPlatform.StartAsync(Qemu with { Iommu = platform == PlatformKind.QemuVtd }, cancellationToken).ConfigureAwait(false);
        }

        var machine = new EmulatedPlatform();
        foreach (DeviceModel model in Devices()) machine.Add(model);
        return machine;
    }

    private static QemuPlatformOptions Qemu => new()
    {
        Drives = [new QemuDrive("d0", Path: null) { Bytes = DiskBytes }],
        AudioBackends = ["none,id=a0"],
        NetworkBackends = ["hubport,id=n0,hubid=0"],
        Devices = ["edu,addr=3", "mptsas1068,id=mpt0,addr=4", "scsi-hd,drive=d0,bus=mpt0.0", "rtl8139,netdev=n0,addr=5", "ES1370,audiodev=a0,addr=6"],
    };

    private static IReadOnlyList<DeviceModel> Devices() =>
        [new EduDevice(), new MailboxDevice(), new FusionMptAdapter([new ScsiDisk(new MemoryDiskImage(DiskBytes))]), new Rtl8139Device(wire: null), new Es1370Device()];
}
