using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DmaKit.Platforms;
using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary><c>dmakit devices</c>: what a machine has to offer to drivers.</summary>
internal static class DevicesVerb
{
    private const int FirstBar = 0x10;

    internal static Command Build(ToolHost host)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };
        var command = new VerbCommand("devices", "Lists the devices of a machine: address, ids, class, registers, interrupts; of this machine itself, drivers and IOMMU groups.")
        {
            Examples = ["dmakit devices", "dmakit devices --json", "dmakit devices --platform qemu", "dmakit devices --platform vfio"],
        };
        command.Options.Add(json);
        PlatformOption platform = PlatformOption.AddWithHardware(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (platform.Read(parsed) == PlatformKind.Vfio)
            {
                var list = new HardwareList(new HostBus(host.MachineRoot));
                if (parsed.GetValue(json)) JsonOutput.Write(host, list.WriteJson);
                else list.WriteText(host.Out);
                return ExitCode.Done;
            }

            await using DmaPlatform machine = await Showroom.OpenAsync(platform.Read(parsed), cancellationToken).ConfigureAwait(false);
            var entries = new List<DeviceEntry>();
            foreach (PciFunctionInfo info in machine.Functions) entries.Add(await LookAsync(machine, info, cancellationToken).ConfigureAwait(false));
            if (parsed.GetValue(json)) WriteJson(host, machine, entries);
            else WriteText(host, entries);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<DeviceEntry> LookAsync(DmaPlatform machine, PciFunctionInfo info, CancellationToken cancellationToken)
    {
        await using PciFunction function = await machine.OpenAsync(info.Address, cancellationToken).ConfigureAwait(false);
        var bars = new List<BarEntry>();
        for (int bar = 0; bar < 6; bar++)
        {
            uint register = function.Config.Read32(FirstBar + 4 * bar);
            if (register == 0) continue;
            bool io = (register & 1) != 0;
            bool wide = !io && (register & 6) == 4;
            ulong address = register & (io ? ~3u : ~15u);
            if (wide) address |= (ulong)function.Config.Read32(FirstBar + 4 * bar + 4) << 32;
            bars.Add(new BarEntry(bar, io, wide, address, function.MapBar(bar).Length));
            if (wide) bar++;
        }

        InterruptKind kind = function.Interrupts.Count > 0 ? function.Interrupts[0].Kind : InterruptKind.Line;
        return new DeviceEntry(info, bars, kind, function.Interrupts.Count);
    }

    private static void WriteText(ToolHost host, List<DeviceEntry> entries)
    {
        foreach (DeviceEntry entry in entries)
        {
            host.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.Info.Address}  {entry.Info.VendorId:x4}:{entry.Info.DeviceId:x4}  class {entry.Info.ClassCode:x6}  {entry.Info.Description}"));
            foreach (BarEntry bar in entry.Bars)
            {
                string kind = bar.IsIo ? "I/O" : bar.Is64Bit ? "memory, 64-bit" : "memory";
                host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    BAR {bar.Number}: {SizeText.Show(bar.Length)} of {kind} at 0x{bar.Address:x8}"));
            }

            host.Out.WriteLine($"    interrupts: {Interrupts(entry)}");
        }
    }

    private static void WriteJson(ToolHost host, DmaPlatform machine, List<DeviceEntry> entries) => JsonOutput.Write(host, json =>
    {
        json.WriteString("verb", "devices");
        json.WriteString("platform", machine.Name);
        json.WriteStartArray("devices");
        foreach (DeviceEntry entry in entries) WriteEntry(json, entry);
        json.WriteEndArray();
    });

    private static void WriteEntry(Utf8JsonWriter json, DeviceEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("address", entry.Info.Address);
        json.WriteString("vendorId", entry.Info.VendorId.ToString("x4", CultureInfo.InvariantCulture));
        json.WriteString("deviceId", entry.Info.DeviceId.ToString("x4", CultureInfo.InvariantCulture));
        json.WriteString("classCode", entry.Info.ClassCode.ToString("x6", CultureInfo.InvariantCulture));
        json.WriteString("description", entry.Info.Description);
        json.WriteStartArray("bars");
        foreach (BarEntry bar in entry.Bars)
        {
            json.WriteStartObject();
            json.WriteNumber("number", bar.Number);
            json.WriteString("space", bar.IsIo ? "io" : "memory");
            json.WriteString("address", string.Create(CultureInfo.InvariantCulture, $"0x{bar.Address:x8}"));
            json.WriteNumber("bytes", bar.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("interrupts", Kind(entry.Interrupts));
        json.WriteNumber("vectors", entry.Vectors);
        json.WriteEndObject();
    }

    private static string Interrupts(DeviceEntry entry) => entry.Interrupts == InterruptKind.Line
        ? Kind(entry.Interrupts)
        : string.Create(CultureInfo.InvariantCulture, $"{Kind(entry.Interrupts)}, {entry.Vectors} vector{(entry.Vectors == 1 ? "" : "s")}");

    private static string Kind(InterruptKind kind) => kind switch
    {
        InterruptKind.Line => "INTx",
        InterruptKind.Message => "MSI",
        _ => "MSI-X",
    };

    private readonly record struct BarEntry(int Number, bool IsIo, bool Is64Bit, ulong Address, long Length);

    private readonly record struct DeviceEntry(PciFunctionInfo Info, IReadOnlyList<BarEntry> Bars, InterruptKind Interrupts, int Vectors);
}
