using System.Diagnostics;
using System.Text.Json;

namespace DmaKit.Benchmarks;

/// <summary>How long the longest operations take: each one timed by itself, and the collections of garbage meanwhile counted.</summary>
internal static class Tail
{
    private const string Output = "artifacts/benchmarks/tail.json";

    /// <summary>Runs it.</summary>
    /// <returns>False when garbage was collected.</returns>
    public static bool Run(TextWriter writer)
    {
        writer.WriteLine();
        writer.WriteLine("| tail | operations | median | 99.99th percentile | longest | collections |");
        writer.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        using BlockPool pool = Pools.Create(4096);
        using BlockCache cache = pool.CreateCache(512);
        var blocks = new Block[PoolReplace.Live];
        cache.TryRent(blocks);
        var random = new Pools.Random(1);
        (Histogram Times, int Collections) pools = Measure(100_000_000, () =>
        {
            ref Block block = ref blocks[random.Next() & (PoolReplace.Live - 1)];
            cache.Return(block);
            cache.TryRent(out block);
        });
        Write(writer, "block pool, a block returned and another rented", pools);
        cache.Return(blocks);

        using var commands = new IdleCommands(depth: 32);
        (Histogram Times, int Collections) posted = MeasureCommands(commands, 10_000_000);
        Write(writer, "32 emulated commands from rented packets to awaited outcomes", posted);
        using FileStream stream = File.Create(Output);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        WriteJson(json, "pool", pools);
        WriteJson(json, "commands", posted);
        json.WriteEndArray();
        writer.WriteLine();
        writer.WriteLine($"Written to {Output}. The longest times are mostly the machine's: a thread that is put aside for others.");
        return pools.Collections + posted.Collections == 0;
    }

    private static (Histogram Times, int Collections) Measure(long count, Action operation)
    {
        for (int i = 0; i < 1_000_000; i++) operation();
        var times = new Histogram();
        int before = GC.CollectionCount(0);
        long last = Stopwatch.GetTimestamp();
        for (long i = 0; i < count; i++)
        {
            operation();
            long now = Stopwatch.GetTimestamp();
            times.Add(now - last);
            last = now;
        }

        return (times, GC.CollectionCount(0) - before);
    }

    private static (Histogram Times, int Collections) MeasureCommands(IdleCommands commands, int count)
    {
        commands.Run(200_000);
        var times = new Histogram();
        int before = GC.CollectionCount(0);
        commands.Run(count, times);
        return (times, GC.CollectionCount(0) - before);
    }

    private static void Write(TextWriter writer, string title, (Histogram Times, int Collections) figures) =>
        writer.WriteLine($"| {title} | {figures.Times.Count} | {figures.Times.Percentile(0.5)} ns | {figures.Times.Percentile(0.9999)} ns | {figures.Times.Longest / 1000.0:F1} us | {figures.Collections} |");

    private static void WriteJson(Utf8JsonWriter json, string id, (Histogram Times, int Collections) figures)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteNumber("operations", figures.Times.Count);
        json.WriteNumber("medianNs", figures.Times.Percentile(0.5));
        json.WriteNumber("p9999Ns", figures.Times.Percentile(0.9999));
        json.WriteNumber("longestNs", figures.Times.Longest);
        json.WriteNumber("collections", figures.Collections);
        json.WriteStartArray("histogram");
        foreach ((long from, long count) in figures.Times.Octaves())
        {
            json.WriteStartObject();
            json.WriteNumber("fromNs", from);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
