using System.Text.Json;

namespace DmaKit;

/// <summary>A ring at one moment. Indices are those of entries; all counts are in entries.</summary>
/// <param name="Kind">"submissions", "completions" or "descriptors".</param>
/// <param name="Name">The ring's name.</param>
/// <param name="Range">Where it is to the device.</param>
/// <param name="EntryLength">The length of an entry in bytes.</param>
/// <param name="Entries">How many there are.</param>
/// <param name="Head">The next entry to be taken back or read.</param>
/// <param name="Tail">The next entry to be filled; of completions, the same as <paramref name="Head"/>.</param>
/// <param name="InFlight">How many the device has, or was not told of yet.</param>
/// <param name="Handled">How many went round so far.</param>
/// <param name="Faults">How often the device said what cannot be.</param>
public sealed record RingSnapshot(string Kind, string Name, LogicalRange Range, int EntryLength, int Entries, int Head, int Tail, int InFlight, long Handled, long Faults)
{
    /// <summary>Writes one line.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write($"{Kind} '{Name}': {Entries} entries of {EntryLength} bytes at {Range.Start}; head {Head}, tail {Tail}, {InFlight} in flight, {Handled} handled, {Faults} faults\n");
    }

    /// <summary>Writes one object.</summary>
    /// <param name="writer">Where to; the caller flushes it.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("ring", Name);
        writer.WriteString("kind", Kind);
        writer.WriteString("logicalAddress", Range.Start.ToString());
        writer.WriteNumber("entryLength", EntryLength);
        writer.WriteNumber("entries", Entries);
        writer.WriteNumber("head", Head);
        writer.WriteNumber("tail", Tail);
        writer.WriteNumber("inFlight", InFlight);
        writer.WriteNumber("handled", Handled);
        writer.WriteNumber("faults", Faults);
        writer.WriteEndObject();
    }
}
