using System.Globalization;
using System.Text.Json;
using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary>The PCI functions of this machine: who has each, in which IOMMU group, and who keeps the group from being given to a program.</summary>
internal sealed class HardwareList(HostBus bus)
{
    // Bridges of a group do not count: the kernel keeps them.
    private const int BridgeClass = 0x06;

    private readonly IReadOnlyList<HostFunction> _functions = bus.Functions();

    internal void WriteText(TextWriter output)
    {
        foreach (HostFunction function in _functions)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{function.Info.Address}  {function.Info.VendorId:x4}:{function.Info.DeviceId:x4}  class {function.Info.ClassCode:x6}  {function.Info.Description}"));
            output.WriteLine($"    driver: {function.Driver ?? "none"}");
            output.WriteLine($"    IOMMU group: {Group(function)}");
        }
    }

    internal void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("verb", "devices");
        json.WriteString("platform", PlatformOption.Show(PlatformKind.Vfio));
        json.WriteStartArray("devices");
        foreach (HostFunction function in _functions)
        {
            json.WriteStartObject();
            json.WriteString("address", function.Info.Address);
            json.WriteString("vendorId", function.Info.VendorId.ToString("x4", CultureInfo.InvariantCulture));
            json.WriteString("deviceId", function.Info.DeviceId.ToString("x4", CultureInfo.InvariantCulture));
            json.WriteString("classCode", function.Info.ClassCode.ToString("x6", CultureInfo.InvariantCulture));
            json.WriteString("description", function.Info.Description);
            json.WriteString("driver", function.Driver);
            if (function.Group is { } group) json.WriteNumber("group", group);
            else json.WriteNull("group");
            json.WriteStartArray("blockedBy");
            foreach (HostFunction other in BlockersOf(function)) json.WriteStringValue(other.Info.Address);
            json.WriteEndArray();
            json.WriteString("backEnd", bus.BackEndOf(function) is { } way ? Show(way) : null);
            json.WriteString("unsafeBackEnd", function.UnsafeBackEnd?.ToString());
            json.WriteBoolean("ready", function.IsReady && !BlockersOf(function).Any());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What keeps a program from opening any function here, and what mends it; null when one can be opened.</summary>
    internal (string Problem, string Remedy)? Problem()
    {
        if (_functions.Count == 0) return ("this machine shows no PCI functions", "run it on a machine that has some");
        if (!_functions.Any(f => f.IsReady) && _functions.FirstOrDefault(f => f.UnsafeBackEnd is not null) is { } without)
            return ($"no IOMMU stands before {without.Info.Address} ({without.Driver}), which reaches all memory; only a program that asks for {without.UnsafeBackEnd} may open it", "switch the IOMMU on in the firmware's setup, and on Intel start the kernel with intel_iommu=on");
        if (_functions.All(f => f.Group is null)) return ("the IOMMU is off: no function is in an IOMMU group", "switch it on in the firmware's setup, and on Intel start the kernel with intel_iommu=on");
        HostFunction[] bound = [.. _functions.Where(f => f.IsReady)];
        if (bound.Length == 0) return ("no function is bound to vfio-pci", "dmakit devices --platform vfio, and then as root dmakit bind ADDRESS");
        if (bound.All(f => BlockersOf(f).Any()))
        {
            HostFunction other = BlockersOf(bound[0]).First();
            return (string.Create(CultureInfo.InvariantCulture, $"IOMMU group {bound[0].Group} is not viable: {other.Info.Address} in it is bound to {other.Driver}"), $"dmakit bind {other.Info.Address}");
        }

        return null;
    }

    /// <summary>A back end's name for people.</summary>
    internal static string Show(VfioBackEnd way) => way == VfioBackEnd.Iommufd ? "iommufd" : "type 1";

    /// <summary>Whoever else of a function's group has a driver that keeps the group.</summary>
    private IEnumerable<HostFunction> BlockersOf(HostFunction function) =>
        function.Group is null ? [] : _functions.Where(f => f.Group == function.Group && f != function && f.Driver is not null && !f.IsReady && f.Info.ClassCode >> 16 != BridgeClass);

    private string Group(HostFunction function)
    {
        if (function.UnsafeBackEnd is { } way) return $"without: it reaches all memory, and opens only for programs that ask for {way}";
        if (function.Group is not { } group) return "none: the IOMMU is off";
        string number = group.ToString(CultureInfo.InvariantCulture);
        string[] blockers = [.. BlockersOf(function).Select(f => $"{f.Info.Address} ({f.Driver})")];
        if (blockers.Length > 0) return $"{number}, kept by {string.Join(", ", blockers)}";
        return bus.BackEndOf(function) switch
        {
            null => number,
            VfioBackEnd.Iommufd => $"{number}, ready by iommufd: {function.DeviceFile}",
            var safe => $"{number}, ready by {Show(safe.Value)}: /dev/vfio/{number}",
        };
    }
}
