using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>Names for people.</summary>
internal static class PciNames
{
    internal static string Of(ushort vendor, ushort device, int classCode) => (vendor, device) switch
    {
        (0x1234, 0x11E8) => "edu teaching device",
        (0x1000, 0x0054) => "LSI Fusion MPT SAS1068",
        (0x10EC, 0x8139) => "Realtek RTL8139",
        (0x1274, 0x5000) => "Ensoniq ES1370",
        (0x1B36, 0x0010) => "QEMU NVMe controller",
        (0x8086, 0x2922) => "ICH9 SATA controller",
        (0x8086, 0x2930) => "ICH9 SMBus controller",
        _ => PciClasses.NameOf(classCode),
    };
}
