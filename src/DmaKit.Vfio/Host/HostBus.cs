using System.Globalization;
using DmaKit.Platforms;

namespace DmaKit.Vfio;

/// <summary>The PCI functions of this machine, as the kernel shows them in sysfs.</summary>
/// <remarks>Safe from any thread. Needs no rights.</remarks>
/// <param name="root">Where the machine's file system begins; null for <c>/</c>.</param>
public sealed class HostBus(string? root = null)
{
    internal const string VfioDriver = "vfio-pci", UioDriver = "uio_pci_generic";

    private const string NoIommuName = "vfio-noiommu";

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
        string? driver = Link(folder, "driver");
        int? group = int.TryParse(Link(folder, "iommu_group"), CultureInfo.InvariantCulture, out int number) ? number : null;
        string files = Path.Combine(folder, "vfio-dev");
        bool without = group is not null && OfGroup(_root, group.Value, "name") == NoIommuName;
        return new HostFunction(info, driver, group)
        {
            WithoutIommu = without,

            // A kernel without such files shows the name all the same, but no device number.
            DeviceFile = !without && Only(files) is { } name && File.Exists(Path.Combine(files, name, "dev")) ? $"/dev/vfio/devices/{name}" : null,
            UioFile = driver == UioDriver && Only(Path.Combine(folder, "uio")) is { } uio ? $"/dev/{uio}" : null,
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

    /// <summary>Why a program may not open a function by the back end that it asked for, and what mends it. For one that it may: somebody bound it in the meantime.</summary>
    internal static string WhyNotReady(HostFunction function, VfioBackEnd asked = VfioBackEnd.Automatic)
    {
        string address = function.Info.Address;
        if (function.Suits(asked)) return $"{address} was bound to {function.Driver} after the platform was opened; open it again.";
        if (asked is VfioBackEnd.UnsafeNoIommu or VfioBackEnd.UnsafeUio && function.IsReady) return $"{address} is behind an IOMMU (group {function.Group}), so that nothing unsafe is needed: leave BackEnd at {VfioBackEnd.Automatic}.";
        if (asked == VfioBackEnd.UnsafeUio) return $"{address} is bound to {function.Driver ?? "no driver"}, and not to {UioDriver}. {HowToBind(function, UioDriver)}";
        if (asked == VfioBackEnd.UnsafeNoIommu)
            return $"{address} is not in VFIO's no-IOMMU mode. It needs a kernel with CONFIG_VFIO_NOIOMMU: echo Y > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode; and then: {HowToBind(function, VfioDriver)}";
        if (function.Suits(VfioBackEnd.UnsafeNoIommu)) return WhyUnsafe(address, "it is in VFIO's no-IOMMU mode", VfioBackEnd.UnsafeNoIommu);
        if (function.Suits(VfioBackEnd.UnsafeUio)) return WhyUnsafe(address, $"it is bound to {UioDriver}", VfioBackEnd.UnsafeUio);
        if (function.Group is null) return $"{address} is in no IOMMU group: the machine's IOMMU is off. Switch it on in the firmware, and for Intel's start the kernel with intel_iommu=on.";
        return $"{address} is bound to {function.Driver ?? "no driver"}, and not to {VfioDriver}. {HowToBind(function, VfioDriver)}";
    }

    /// <summary>How an IOMMU treats the devices of a group that no program has: <c>DMA</c>, <c>DMA-FQ</c> or <c>identity</c>; null where the kernel does not tell.</summary>
    internal static string? TypeOf(int group) => OfGroup("/", group, "type");

    private static string WhyUnsafe(string address, string how, VfioBackEnd backEnd) =>
        $"No IOMMU stands between {address} and the machine ({how}): it reaches all memory, the kernel's and other programs' included, a wrong address in a driver overwrites whatever lies there, and nobody is told. "
        + $"Where that is acceptable, ask for it, as root: new VfioPlatformOptions {{ BackEnd = VfioBackEnd.{backEnd} }}";

    private static string HowToBind(HostFunction function, string driver) =>
        $"Mend it, as root and when nothing uses it, with: modprobe {driver}; cd /sys/bus/pci/devices/{function.Info.Address}; "
        + $"echo {driver} > driver_override; {(function.Driver is null ? "" : $"echo {function.Info.Address} > driver/unbind; ")}echo {function.Info.Address} > /sys/bus/pci/drivers_probe";

    private static string? OfGroup(string root, int group, string file)
    {
        string path = Path.Combine(root, "sys/kernel/iommu_groups", group.ToString(CultureInfo.InvariantCulture), file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
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
