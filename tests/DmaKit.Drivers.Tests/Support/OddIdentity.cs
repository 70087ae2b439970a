using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Drivers.Tests;

/// <summary>A device whose configuration space says something else of it than is true.</summary>
internal sealed class OddIdentity(DeviceModel inner, Func<DeviceIdentity, DeviceIdentity> change) : DeviceInterposer(inner)
{
    public override DeviceIdentity Identity { get; } = change(inner.Identity);
}
