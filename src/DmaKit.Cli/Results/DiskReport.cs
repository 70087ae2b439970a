using System.Globalization;
using System.Text.Json;

namespace DmaKit.Cli;

/// <summary>What a disk verb did, as JSON or as text.</summary>
internal sealed record DiskReport(
    string Verb, string Platform, long Bytes, TimeSpan Time, string? Sha256, long PeakManagedBytes, DiskCounters Counters)
{
    /// <summary>Writes the one JSON object.</summary>
    /// <param name="host">Whose standard output.</param>
    /// <param name="more">Writes members that only this verb has, or null.</param>
    internal void WriteJson(ToolHost host, Action<Utf8JsonWriter>? more = null) => JsonOutput.Write(host, json =>
    {
        json.WriteString("verb", Verb);
        json.WriteString("platform", Platform);
        json.WriteNumber("bytes", Bytes);
        json.WriteNumber("seconds", Math.Round(Time.TotalSeconds, 6));
        json.WriteString("sha256", Sha256);
        json.WriteNumber("peakManagedBytes", PeakManagedBytes);
        json.WriteStartObject("counters");
        json.WriteNumber("commands", Counters.Commands);
        json.WriteNumber("doorbells", Counters.Doorbells);
        json.WriteNumber("interrupts", Counters.Interrupts);
        json.WriteNumber("directBytes", Counters.DirectBytes);
        json.WriteNumber("bouncedBytes", Counters.BouncedBytes);
        json.WriteNumber("coalescedBytes", Counters.CoalescedBytes);
        json.WriteNumber("registersHighWater", Counters.RegistersHighWater);
        json.WriteNumber("iommuMaps", Counters.IommuMaps);
        json.WriteNumber("packets", Counters.Packets);
        json.WriteEndObject();
        more?.Invoke(json);
    });

    /// <summary>Writes a few lines for people.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="done">The first words, such as <c>wrote</c>.</param>
    internal void WriteText(TextWriter writer, string done)
    {
        writer.WriteLine($"{done} {SizeText.Show(Bytes)} ({SizeText.Exact(Bytes)} bytes) in {TimeText.Show(Time)}, {Meter.Rate(Bytes, Time)}");
        if (Sha256 is not null) writer.WriteLine($"sha256 {Sha256}");
        WriteCounters(writer);
    }

    /// <summary>Writes the counters for people.</summary>
    internal void WriteCounters(TextWriter writer)
    {
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"device: {Counters.Commands:#,0} commands, {Counters.Doorbells:#,0} doorbells, {Counters.Interrupts:#,0} interrupts"));
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"memory: {Counters.Packets} packets, {SizeText.Show(Counters.DirectBytes)} direct, {SizeText.Show(Counters.BouncedBytes)} bounced, "
            + $"at most {Counters.RegistersHighWater:#,0} map registers"));
    }
}
