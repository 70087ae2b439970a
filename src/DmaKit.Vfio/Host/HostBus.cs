using System.Globalization;
using DmaKit.Platforms;

namespace DmaKit.Vfio;

/// <summary>The PCI functions of this machine, as the kernel shows them in sysfs.</summary>
/// <remarks>Safe from any thread. Needs no rights.</remarks>
/// <param name="root">Where the machine's file system begins; null for <c>/</c>.</param>
public sealed class HostBus(string? root = null)
{
    internal const string VfioDriver = "vfio-pci";

    private readonly string _root = root ?? "/";
    private readonly string _devices = Path.Combine(root ?? "/", "sys/bus/pci/devices");

    /// <summary>All functions, in order of address. Empty where there is no PCI.</summary>
    public IReadOnlyList<HostFunction> Functions()
    {
        if (!Directory.Exists(_devices)) return [];
        return [.. Directory.EnumerateFileSystemEntries(_devices).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal).Select(Find).OfType<HostFunction>()];
    }

    /// <summary>The function at an address, such as <c>0000:03:00.0</c>; null when there is none.</summary>
    public HostFunction? Find(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        string folder = Path.Combine(_devices, address.ToLowerInvariant());
        if (Number(folder, "vendor") is not { } vendor || Number(folder, "device") is not { } device || Number(folder, "class") is not { } code) return null;
        var info = new PciFunctionInfo(address.ToLowerInvariant(), (ushort)vendor, (ushort)device, code, PciClasses.NameOf(code));
        return new HostFunction(info, Link(folder, "driver"), int.TryParse(Link(folder, "iommu_group"), CultureInfo.InvariantCulture, out int group) ? group : null)
        {
            DeviceFile = Only(Path.Combine(folder, "vfio-dev")) is { } name ? $"/dev/vfio/devices/{name}" : null,
        };
    }

    /// <summary>By which back end a platform of all functions that are ready would open them now, if it is asked for none; null when none is ready.</summary>
    public VfioBackEnd? BackEndOfAll()
    {
        HostFunction[] ready = [.. Functions().Where(f => f.IsReady)];
        return ready.Length > 0 ? BackEndChoice.Of(VfioBackEnd.Automatic, ready, _root) : null;
    }

    /// <summary>By which back end a platform of this function alone would open it now, if it is asked for none.</summary>
    /// <returns>Null when no program may open it as it is.</returns>
    public VfioBackEnd? BackEndOf(HostFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return function.IsReady ? BackEndChoice.Of(VfioBackEnd.Automatic, [function], _root) : null;
    }

    /// <summary>Why a program may not open a function, and what mends it. For one that is ready: somebody bound it in the meantime.</summary>
    internal static string WhyNotReady(HostFunction function)
    {
        string address = function.Info.Address;
        if (function.Group is null) return $"{address} is in no IOMMU group: the machine's IOMMU is off. Switch it on in the firmware, and for Intel's start the kernel with intel_iommu=on.";
        return function.IsReady
            ? $"{address} was bound to {VfioDriver} after the platform was opened; open it again."
            : $"{address} is bound to {function.Driver ?? "no driver"}, and not to {VfioDriver}. Mend it, as root and when nothing uses it, with: modprobe {VfioDriver}; cd /sys/bus/pci/devices/{address}; "
                + $"echo {VfioDriver} > driver_override; {(function.Driver is null ? "" : $"echo {address} > driver/unbind; ")}echo {address} > /sys/bus/pci/drivers_probe";
    }

    private static int? Number(string folder, string name)
    {
        string file = Path.Combine(folder, name);
        if (!File.Exists(file)) return null;
        return int.TryParse(File.ReadAllText(file).AsSpan().Trim()[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int value) ? value : null;
    }

    private static string? Only(string folder) => Directory.Exists(folder) ? Path.GetFileName(Directory.EnumerateFileSystemEntries(folder).FirstOrDefault()) : null;

    private static string? Link(string folder, string name) => new FileInfo(Path.Combine(folder, name)).LinkTarget is { } target ? Path.GetFileName(target) : null;
}
