using System.Globalization;

namespace DmaKit.Cli;

/// <summary>What a network verb did, as JSON or as text.</summary>
internal sealed record NetReport(
    string Verb, string Platform, long Packets, long Bytes, TimeSpan Time, string Sha256, long PeakManagedBytes, NetCounters Counters)
{
    /// <summary>Writes the one JSON object.</summary>
    internal void WriteJson(ToolHost host) => JsonOutput.Write(host, json =>
    {
        json.WriteString("verb", Verb);
        json.WriteString("platform", Platform);
        json.WriteNumber("packets", Packets);
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
        json.WriteNumber("mostDescriptors", Counters.MostDescriptors);
        json.WriteNumber("missed", Counters.Missed);
        json.WriteNumber("resets", Counters.Resets);
        json.WriteEndObject();
    });

    /// <summary>Writes a few lines for people.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="done">The first words, such as <c>sent</c>.</param>
    internal void WriteText(TextWriter writer, string done)
    {
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{done} {Packets:#,0} packets ({SizeText.Show(Bytes)}) in {TimeText.Show(Time)}, {Packets / Math.Max(1e-9, Time.TotalSeconds):#,0} packets/s, {Meter.Rate(Bytes, Time)}"));
        writer.WriteLine($"sha256 {Sha256}");
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"cards: {Counters.Commands:#,0} frames, {Counters.Doorbells:#,0} doorbells, {Counters.Interrupts:#,0} interrupts, at most {Counters.MostDescriptors} of 4 descriptors, {Counters.Missed:#,0} missed"));
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"memory: {SizeText.Show(Counters.DirectBytes)} sent from where they lay, {SizeText.Show(Counters.CoalescedBytes)} coalesced, {SizeText.Show(Counters.BouncedBytes)} bounced, "
            + $"at most {Counters.RegistersHighWater:#,0} map registers"));
    }
}
