using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using DmaKit.Benchmarks.Native;

namespace DmaKit.Benchmarks;

/// <summary>Writes the results for people and for programs.</summary>
internal static class Table
{
    public static void WriteMachine(TextWriter writer, bool isShort)
    {
        string cpu = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown"
            : "unknown";
        string load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
        writer.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {cpu}, {Environment.ProcessorCount} processors, load {load}{(isShort ? ", short" : "")}");
        writer.WriteLine($"Peers: {string.Join(", ", new[] { "dpdk", "mimalloc", "jemalloc", "tcmalloc", "own" }.Select(p => $"{(p == "own" ? "C of our own," : p)} {Peers.Version(p)}"))}.");
        writer.WriteLine();
    }

    public static void WriteHead(TextWriter writer)
    {
        writer.WriteLine("| id | row | ours | peer | | ratio | must | aim | B/op | |");
        writer.WriteLine("| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | --- |");
    }

    public static void WriteRow(TextWriter writer, Row row, Measurement m) =>
        writer.WriteLine(
            $"| {row.Id} | {row.Title} | {F(m.Ours)} {row.Unit} | {F(m.Peer)} {row.Unit} | {row.Peer} | {m.Ratio.ToString("F2", CultureInfo.InvariantCulture)} | "
            + $"{(row.Allowance != 0 ? $"+{Limit(row.Allowance)} {row.Unit}" : Limit(row.Must))} | {Limit(row.Aim)} | {m.Allocated.ToString("0.##", CultureInfo.InvariantCulture)} | {Remark(row, m)} |");

    /// <summary>A line for every row that misses its aim: why, and what was tried.</summary>
    public static void WriteMissed(TextWriter writer, IReadOnlyList<(Row Row, Measurement Result)> results)
    {
        (Row Row, Measurement Result)[] missed = [.. results.Where(r => r.Row.Aim != 0 && r.Result.Ratio > r.Row.Aim)];
        if (missed.Length == 0) return;
        writer.WriteLine();
        foreach ((Row row, Measurement m) in missed) writer.WriteLine($"{row.Id} misses its aim, {m.Ratio:F2} instead of {row.Aim:0.##}: {row.Missed}");
    }

    public static void WriteJson(string path, IReadOnlyList<(Row Row, Measurement Result)> results)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream stream = File.Create(path);
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartArray();
        foreach ((Row row, Measurement m) in results)
        {
            writer.WriteStartObject();
            writer.WriteString("id", row.Id);
            writer.WriteString("row", row.Title);
            writer.WriteNumber("ours", Math.Round(m.Ours, 3));
            writer.WriteNumber("peer", Math.Round(m.Peer, 3));
            writer.WriteNumber("ratio", Math.Round(m.Ratio, 3));
            Optional(writer, "must", row.Must);
            Optional(writer, "allowance", row.Allowance);
            Optional(writer, "aim", row.Aim);
            writer.WriteBoolean("noisy", m.Noisy);
            writer.WriteString("note", $"{row.Unit}, peer {row.Peer}; {Math.Round(m.Allocated, 2).ToString(CultureInfo.InvariantCulture)} bytes allocated an operation{(row.Note.Length == 0 ? "" : "; " + row.Note)}");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Optional(Utf8JsonWriter writer, string name, double value)
    {
        if (value == 0) writer.WriteNull(name);
        else writer.WriteNumber(name, value);
    }

    private static string F(double value) => value.ToString(value < 10 ? "F2" : "F1", CultureInfo.InvariantCulture);

    private static string Limit(double value) => value == 0 ? "" : value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Remark(Row row, Measurement m) =>
        string.Join(", ", new[] { (row.Must != 0 && m.Ratio > row.Must) || (row.Allowance != 0 && m.Over > row.Allowance) ? "over" : "", m.Noisy ? "noisy" : "", row.Note }.Where(t => t.Length > 0));
}
