using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary>One of every device that there is a model of.</summary>
internal static class Showroom
{
    private const long DiskBytes = 64L << 20;

    /// <summary>New models, for one machine.</summary>
    internal static IReadOnlyList<DeviceModel> Devices() =>
        [new EduDevice(), new MailboxDevice(), new FusionMptAdapter([new ScsiDisk(new MemoryDiskImage(DiskBytes))]), new Rtl8139Device(wire: null)];
}
