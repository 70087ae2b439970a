using System.Globalization;
using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary>What a sound verb did, as JSON or as text.</summary>
internal sealed record SoundReport(
    string Verb, string Platform, StreamFormat Format, long Frames, TimeSpan Time, TimeSpan MachineTime, string? Sha256,
    long RingBytes, long RingAsked, int PeriodBytes, double DriftPartsPerMillion, CyclicStatistics Ring, IReadOnlyList<CyclicGap> Gaps, DeviceCounters Card)
{
    /// <summary>Writes the one JSON object.</summary>
    internal void WriteJson(ToolHost host) => JsonOutput.Write(host, json =>
    {
        json.WriteString("verb", Verb);
        json.WriteString("platform", Platform);
        json.WriteNumber("frames", Frames);
        json.WriteNumber("rate", Format.Rate);
        json.WriteNumber("channels", Format.Channels);
        json.WriteNumber("seconds", Math.Round(Time.TotalSeconds, 6));
        json.WriteNumber("machineSeconds", Math.Round(MachineTime.TotalSeconds, 6));
        json.WriteString("sha256", Sha256);
        json.WriteNumber("ringBytes", RingBytes);
        json.WriteNumber("ringBytesAsked", RingAsked);
        json.WriteNumber("periodBytes", PeriodBytes);
        json.WriteNumber("driftPpm", Math.Round(DriftPartsPerMillion, 3) + 0.0);
        json.WriteStartObject("counters");
        json.WriteNumber("interrupts", Card.Interrupts);
        json.WriteNumber("periods", Card.Commands);
        json.WriteNumber("reports", Ring.Reports);
        json.WriteNumber("underruns", Ring.Underruns);
        json.WriteNumber("underrunBytes", Ring.UnderrunBytes);
        json.WriteNumber("lateBytes", Ring.LateBytes);
        json.WriteNumber("overruns", Ring.Overruns);
        json.WriteNumber("overrunBytes", Ring.OverrunBytes);
        json.WriteEndObject();
        json.WriteStartArray("gaps");
        foreach (CyclicGap gap in Gaps)
        {
            long frame = gap.Position / Format.FrameBytes;
            json.WriteStartObject();
            json.WriteNumber("frame", frame);
            json.WriteNumber("frames", (gap.End + Format.FrameBytes - 1) / Format.FrameBytes - frame);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Writes a few lines for people.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="done">The first word, such as <c>played</c>.</param>
    internal void WriteText(TextWriter writer, string done)
    {
        string channels = Format.Channels == 1 ? "mono" : "stereo";
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{done} {Frames:#,0} frames ({Frames / Format.Rate:0.###} s) of {Format.Rate:#,0} Hz {channels} in {TimeText.Show(Time)}, {MachineTime.TotalSeconds / Math.Max(1e-9, Time.TotalSeconds):0.#} times real time"));
        if (Sha256 is not null) writer.WriteLine($"sha256 {Sha256}");
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ring: {SizeText.Show(RingBytes)} of {SizeText.Show(RingAsked)} asked, {RingBytes / PeriodBytes} periods, {Card.Interrupts:#,0} interrupts, drift {DriftPartsPerMillion:+0.00;-0.00;0.00} ppm"));
        writer.WriteLine(Ring.Overruns + Ring.ReadBytes > 0
            ? string.Create(CultureInfo.InvariantCulture, $"overruns: {Ring.Overruns:#,0}, {Ring.OverrunBytes:#,0} bytes lost")
            : string.Create(CultureInfo.InvariantCulture, $"underruns: {Ring.Underruns:#,0}, {Ring.UnderrunBytes:#,0} bytes missing; late: {Ring.LateBytes:#,0} bytes"));
    }
}
