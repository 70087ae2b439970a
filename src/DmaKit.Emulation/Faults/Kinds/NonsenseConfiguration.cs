using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>Configuration space lies about what the device is.</summary>
internal sealed class NonsenseConfiguration : DeviceFault
{
    public override DeviceIdentity Identify(DeviceIdentity identity)
    {
        Strike();
        return Random.Next(5) switch
        {
            0 => identity with { VendorId = (ushort)Random.Next(0x10000), DeviceId = (ushort)Random.Next(0x10000) },
            1 => identity with { Bars = [] },
            2 => identity with { Bars = [.. identity.Bars.Select(b => b with { Length = 16 })] },
            3 => identity with { HasInterruptPin = false, MessageVectors = 0, MessageXVectors = 0 },
            _ => identity with { ClassCode = Random.Next(1 << 24), Revision = (byte)Random.Next(256) },
        };
    }
}
