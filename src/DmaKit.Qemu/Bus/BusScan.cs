using System.Globalization;
using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>Finds the functions of the machine's first bus and gives their registers addresses: this process is the firmware.</summary>
internal static class BusScan
{
    private const int Devices = 32, FunctionsPerDevice = 8;
    private const int HeaderType = 0x0E, PinRegister = 0x3D;
    private const int MultiFunction = 0x80;

    internal static List<QemuSlot> Run(ConfigAccess config)
    {
        var found = new List<QemuSlot>();
        var bars = new BarPlacer(config);
        for (int device = 0; device < Devices; device++)
        {
            for (int function = 0; function < FunctionsPerDevice; function++)
            {
                int slot = (device * FunctionsPerDevice) + function;
                uint ids = config.Read(slot, 0, 4);
                if ((ids & 0xFFFF) == 0xFFFF)
                {
                    if (function == 0) break;
                    continue;
                }

                uint header = config.Read(slot, HeaderType, 1);
                uint classCode = config.Read(slot, 0x08, 4) >> 8;

                // The chipset's bridges are the machine itself; no driver opens them.
                const uint Bridge = 0x06;
                if (classCode >> 16 != Bridge && (header & ~(uint)MultiFunction) == 0) found.Add(Describe(config, bars, slot, ids, (int)classCode));
                if (function == 0 && (header & MultiFunction) == 0) break;
            }
        }

        return found;
    }

    private static QemuSlot Describe(ConfigAccess config, BarPlacer bars, int slot, uint ids, int classCode)
    {
        var vendor = (ushort)ids;
        var device = (ushort)(ids >> 16);
        string address = string.Create(CultureInfo.InvariantCulture, $"0000:00:{slot >> 3:x2}.{slot & 7}");
        return new QemuSlot(
            slot,
            new PciFunctionInfo(address, vendor, device, classCode, PciNames.Of(vendor, device, classCode)),
            bars.Place(slot),
            Capabilities.Find(config, slot),
            (int)config.Read(slot, PinRegister, 1));
    }
}
