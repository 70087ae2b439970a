using System.Globalization;
using System.Text.Json;

namespace DmaKit;

/// <summary>A domain at one moment: who holds what memory, map registers, what is in quarantine and why, refused transfers.</summary>
/// <remarks>Immutable; safe from any thread. Made by <see cref="DmaDomain.TakeSnapshot"/>.</remarks>
public sealed class DomainSnapshot
{
    private readonly PointingCosts? _costs;

    internal DomainSnapshot(DmaDomain domain)
    {
        Name = domain.Name;
        Translates = domain.Translates;
        Buffers = [.. domain.CommonBuffers.Select(b => (b.Name, b.Range, b.Adapter.Function.Info.Address))];
        Capacity = domain.MapRegisters.Capacity;
        Free = domain.MapRegisters.Free;
        Waiting = domain.MapRegisters.Waiting;
        _costs = domain.MapRegisters.Costs;
        Mappings = domain.Mappings;
        Quarantine = domain.Quarantine.Entries;
        Faults = domain.Faults;
    }

    /// <summary>The domain's name.</summary>
    public string Name { get; }

    /// <summary>Whether an IOMMU translates.</summary>
    public bool Translates { get; }

    /// <summary>The common buffers that are alive, in order of address: name, where it is to the device, whose it is.</summary>
    public IReadOnlyList<(string Name, LogicalRange Range, string Device)> Buffers { get; }

    /// <summary>How many map registers there are.</summary>
    public int Capacity { get; }

    /// <summary>How many of them are free.</summary>
    public int Free { get; }

    /// <summary>How many mappings wait for some.</summary>
    public int Waiting { get; }

    /// <summary>What mapping has cost so far.</summary>
    public MappingStatistics Mappings { get; }

    /// <summary>What is kept because a device may still touch it, oldest first.</summary>
    public IReadOnlyList<QuarantineEntry> Quarantine { get; }

    /// <summary>Refused transfers, oldest first, 256 at most.</summary>
    public IReadOnlyList<DmaFault> Faults { get; }

    /// <summary>Writes it for people: one line a thing.</summary>
    /// <param name="writer">Where it goes.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine($"domain {Name}, {(Translates ? "translated by an IOMMU" : "not translated")}");
        foreach ((string name, LogicalRange range, string device) in Buffers) writer.WriteLine($"  buffer {range} {device} {name}");
        writer.WriteLine($"  map registers {Free} of {Capacity} free, {Waiting} waiting, {Mappings.RegistersHighWater} at most");
        if (_costs is { } costs) writer.WriteLine($"  they lead to a request's own pages {(costs.FromPages == 0 ? "never" : $"from {costs.FromPages} side by side on")}, {costs.Text}");
        writer.WriteLine($"  mappings {Mappings.Mapped}, {Mappings.DirectBytes} bytes direct, {Mappings.BouncedBytes} bounced, {Mappings.CoalescedBytes} coalesced");
        foreach (QuarantineEntry kept in Quarantine)
            writer.WriteLine($"  quarantine {kept.Bytes} bytes {kept.Device} {kept.What}: {kept.Reason}; freed by {kept.FreedBy}");
        foreach (DmaFault fault in Faults) writer.WriteLine($"  fault {fault}");
    }

    /// <summary>Writes it as one JSON object. Addresses are hexadecimal text, lengths are bytes, times are ISO 8601.</summary>
    /// <param name="writer">Where it goes.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("domain", Name);
        writer.WriteBoolean("translates", Translates);
        writer.WriteStartArray("buffers");
        foreach ((string name, LogicalRange range, string device) in Buffers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("address", range.Start.ToString());
            writer.WriteNumber("length", range.Length);
            writer.WriteString("device", device);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("mapRegisters");
        writer.WriteNumber("capacity", Capacity);
        writer.WriteNumber("free", Free);
        writer.WriteNumber("waiting", Waiting);
        writer.WriteNumber("highWater", Mappings.RegistersHighWater);
        if (_costs is { } costs)
        {
            writer.WriteNumber("pointFromPages", costs.FromPages);
            writer.WriteString("pointingCosts", costs.Text);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("mappings");
        writer.WriteNumber("made", Mappings.Mapped);
        writer.WriteNumber("directBytes", Mappings.DirectBytes);
        writer.WriteNumber("bouncedBytes", Mappings.BouncedBytes);
        writer.WriteNumber("coalescedBytes", Mappings.CoalescedBytes);
        writer.WriteEndObject();
        writer.WriteStartArray("quarantine");
        foreach (QuarantineEntry kept in Quarantine)
        {
            writer.WriteStartObject();
            writer.WriteString("what", kept.What);
            writer.WriteNumber("bytes", kept.Bytes);
            writer.WriteString("device", kept.Device);
            writer.WriteString("reason", kept.Reason);
            writer.WriteString("since", kept.Since.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteString("freedBy", kept.FreedBy);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("faults");
        foreach (DmaFault fault in Faults) writer.WriteStringValue(fault.ToString());
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
