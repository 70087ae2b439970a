using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>Configuration space as the kernel shows it: what could harm the machine, such as base addresses, is its own.</summary>
internal sealed class VfioConfigSpace(VfioFunction function, DeviceFile device, Region region) : PciConfigSpace
{
    public override int Length => (int)region.Length;

    protected override uint ReadCore(int offset, int size)
    {
        function.ThrowIfGone();
        return (uint)device.Read(region, offset, size);
    }

    protected override void WriteCore(int offset, int size, uint value)
    {
        function.ThrowIfGone();
        device.Write(region, offset, size, value);
    }
}
