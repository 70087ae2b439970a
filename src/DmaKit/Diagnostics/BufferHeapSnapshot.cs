using System.Text.Json;

namespace DmaKit;

/// <summary>A <see cref="BufferHeap"/> at one moment: figures, and every run in order of address. Made by <see cref="BufferHeap.TakeSnapshot"/>.</summary>
/// <remarks>Immutable; safe from any thread.</remarks>
public sealed class BufferHeapSnapshot
{
    internal BufferHeapSnapshot(string name, LogicalRange range, int granule, BufferHeapStatistics statistics, IReadOnlyList<HeapRun> runs)
    {
        Name = name;
        Range = range;
        Granule = granule;
        Statistics = statistics;
        Runs = runs;
    }

    /// <summary>The heap's name.</summary>
    public string Name { get; }

    /// <summary>Where the heap is to the device.</summary>
    public LogicalRange Range { get; }

    /// <summary>What pieces are rounded up to, in bytes.</summary>
    public int Granule { get; }

    /// <summary>The heap's figures.</summary>
    public BufferHeapStatistics Statistics { get; }

    /// <summary>Pieces and free runs in order of address, without gaps.</summary>
    public IReadOnlyList<HeapRun> Runs { get; }

    /// <summary>Writes figures and a line for each run.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        BufferHeapStatistics s = Statistics;
        writer.Write($"heap '{Name}': {s.Capacity} bytes at {Range.Start}, granule {Granule}\n");
        writer.Write($"  live {s.LivePieces} pieces of {s.LiveBytes} bytes, taking {s.TakenBytes}; peak {s.PeakPieces} pieces, {s.PeakBytes} bytes\n");
        writer.Write($"  free {s.FreeBytes} bytes in {s.FreeRuns} {(s.FreeRuns == 1 ? "run" : "runs")}, longest {s.LargestFreeRun}, fragmentation {s.Fragmentation:F3}\n");
        writer.Write($"  allocations {s.Allocations}, frees {s.Frees}, failures {s.Failures}, retired nodes {s.RetiredNodes}\n");
        foreach (HeapRun run in Runs) writer.Write($"  {run.Range.Start} {run.Range.Length,12} {(run.IsFree ? "(free)" : run.Name ?? "-")}\n");
    }

    /// <summary>Writes one object: figures and runs.</summary>
    /// <param name="writer">Where to; the caller flushes it.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        BufferHeapStatistics s = Statistics;
        writer.WriteStartObject();
        writer.WriteString("heap", Name);
        writer.WriteString("logicalAddress", Range.Start.ToString());
        writer.WriteNumber("granule", Granule);
        writer.WriteNumber("capacity", s.Capacity);
        writer.WriteNumber("livePieces", s.LivePieces);
        writer.WriteNumber("liveBytes", s.LiveBytes);
        writer.WriteNumber("takenBytes", s.TakenBytes);
        writer.WriteNumber("freeBytes", s.FreeBytes);
        writer.WriteNumber("freeRuns", s.FreeRuns);
        writer.WriteNumber("largestFreeRun", s.LargestFreeRun);
        writer.WriteNumber("fragmentation", Math.Round(s.Fragmentation, 4));
        writer.WriteNumber("peakPieces", s.PeakPieces);
        writer.WriteNumber("peakBytes", s.PeakBytes);
        writer.WriteNumber("allocations", s.Allocations);
        writer.WriteNumber("frees", s.Frees);
        writer.WriteNumber("failures", s.Failures);
        writer.WriteNumber("retiredNodes", s.RetiredNodes);
        writer.WriteStartArray("runs");
        foreach (HeapRun run in Runs)
        {
            writer.WriteStartObject();
            writer.WriteString("at", run.Range.Start.ToString());
            writer.WriteNumber("length", run.Range.Length);
            writer.WriteBoolean("free", run.IsFree);
            if (run.Name is not null) writer.WriteString("name", run.Name);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes a picture: the heap as a folded strip, pieces coloured by name or size, free space left open.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteSvg(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        BufferHeapPicture.Write(this, writer);
    }
}
