using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>
/// The registers behind a base address register: loads and stores where the kernel lets the region be mapped, and reads and writes of the device's
/// file, one system call each, where it does not, as for I/O ports.
/// </summary>
internal sealed class VfioBarWindow(VfioFunction function, DeviceFile device, Region region, IReadOnlyList<MappedArea> areas) : RegisterWindow(function, region.Index, region.Length)
{
    private const int WidestPort = 4;

    private readonly VfioFunction _function = function;

    protected override ulong ReadCore(long offset, int size)
    {
        _function.ThrowIfGone();
        if (Find(offset, size) is not { } area)
        {
            // A port has no access of 64 bits.
            if (size > WidestPort) return device.Read(region, offset, WidestPort) | (device.Read(region, offset + WidestPort, WidestPort) << 32);
            return device.Read(region, offset, size);
        }

        ulong value = area.Read(offset, size);

        // A device that went meanwhile has left ordinary memory behind.
        _function.ThrowIfGone();
        return value;
    }

    protected override void WriteCore(long offset, int size, ulong value)
    {
        _function.ThrowIfGone();
        if (Find(offset, size) is { } area) area.Write(offset, size, value);
        else
        {
            device.Write(region, offset, Math.Min(size, WidestPort), size > WidestPort ? (uint)value : value);
            if (size > WidestPort) device.Write(region, offset + WidestPort, WidestPort, value >> 32);
        }
    }

    private MappedArea? Find(long offset, int size)
    {
        foreach (MappedArea area in areas)
            if (area.Contains(offset, size)) return area;
        return null;
    }
}
