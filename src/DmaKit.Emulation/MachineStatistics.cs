using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DmaKit.Emulation;

/// <summary>How a machine's memory is used, and what went through it.</summary>
/// <param name="MemoryBytes">All memory.</param>
/// <param name="HeldBytes">What is held to fragment memory, and the first page, which nobody gets.</param>
/// <param name="FreeBytes">What nobody has.</param>
/// <param name="LargestFreeRun">The longest run of free memory.</param>
/// <param name="SystemBuffers">System buffers that are alive.</param>
/// <param name="HostMappings">Mappings of the host that show scattered memory.</param>
/// <param name="IommuMaps">Ranges that were made reachable through the IOMMU since the machine was made.</param>
/// <param name="IommuUnmaps">Ranges that were taken away again.</param>
/// <param name="FreeBlocks">Free blocks by order: how many of one page, of two, of four, and so on.</param>
/// <param name="Functions">What every device did, in order of address.</param>
public sealed record MachineStatistics(
    long MemoryBytes,
    long HeldBytes,
    long FreeBytes,
    long LargestFreeRun,
    int SystemBuffers,
    long HostMappings,
    long IommuMaps,
    long IommuUnmaps,
    IReadOnlyList<long> FreeBlocks,
    IReadOnlyList<FunctionStatistics> Functions)
{
    /// <summary>Memory that somebody has: common buffers, system buffers, map registers.</summary>
    public long UsedBytes => MemoryBytes - HeldBytes - FreeBytes;

    /// <summary>All of it as text, one fact a line: for people and for golden files.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line(text, $"memory {MemoryBytes} bytes: {UsedBytes} used, {FreeBytes} free, {HeldBytes} held; longest free run {LargestFreeRun}");
        for (int order = 0; order < FreeBlocks.Count; order++)
            if (FreeBlocks[order] != 0) Line(text, $"  {FreeBlocks[order]} free block(s) of {1L << order} page(s)");
        Line(text, $"system buffers {SystemBuffers}, host mappings {HostMappings}, IOMMU maps {IommuMaps}, unmaps {IommuUnmaps}");
        foreach (FunctionStatistics f in Functions)
            Line(text, $"{f.Address} transfers {f.Transfers} ({f.TransferBytes} bytes, {f.RefusedTransfers} refused), interrupts {f.InterruptsDelivered}");
        return text.ToString();
    }

    /// <summary>All of it as one JSON object.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("memoryBytes", MemoryBytes);
            json.WriteNumber("usedBytes", UsedBytes);
            json.WriteNumber("heldBytes", HeldBytes);
            json.WriteNumber("freeBytes", FreeBytes);
            json.WriteNumber("largestFreeRun", LargestFreeRun);
            json.WriteNumber("systemBuffers", SystemBuffers);
            json.WriteNumber("hostMappings", HostMappings);
            json.WriteNumber("iommuMaps", IommuMaps);
            json.WriteNumber("iommuUnmaps", IommuUnmaps);
            json.WriteStartArray("freeBlocks");
            foreach (long blocks in FreeBlocks) json.WriteNumberValue(blocks);
            json.WriteEndArray();
            json.WriteStartArray("functions");
            foreach (FunctionStatistics f in Functions)
            {
                json.WriteStartObject();
                json.WriteString("address", f.Address);
                json.WriteNumber("transfers", f.Transfers);
                json.WriteNumber("transferBytes", f.TransferBytes);
                json.WriteNumber("refusedTransfers", f.RefusedTransfers);
                json.WriteNumber("interruptsDelivered", f.InterruptsDelivered);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
