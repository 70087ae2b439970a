using System.Text;
using System.Text.Json;

namespace DmaKit;

/// <summary>A <see cref="BlockPool"/> at one moment: figures, and which block was out. Made by <see cref="BlockPool.TakeSnapshot"/>.</summary>
/// <remarks>Immutable; safe from any thread.</remarks>
public sealed class BlockPoolSnapshot
{
    /// <summary>How many blocks a line of the text shows.</summary>
    private const int Line = 64;

    internal BlockPoolSnapshot(string name, int blockLength, BlockPoolStatistics statistics, IReadOnlyList<BlockPoolRegion> regions, BlockState[] blocks)
    {
        Name = name;
        BlockLength = blockLength;
        Statistics = statistics;
        Regions = regions;
        Blocks = blocks;
    }

    /// <summary>The pool's name.</summary>
    public string Name { get; }

    /// <summary>The length of a block in bytes.</summary>
    public int BlockLength { get; }

    /// <summary>The pool's figures.</summary>
    public BlockPoolStatistics Statistics { get; }

    /// <summary>The common buffers that the blocks lie in.</summary>
    public IReadOnlyList<BlockPoolRegion> Regions { get; }

    /// <summary>What each block was doing, by its number.</summary>
    public IReadOnlyList<BlockState> Blocks { get; }

    /// <summary>Writes figures and a map, one character a block: <c>#</c> out, <c>.</c> free, <c>x</c> retired.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        BlockPoolStatistics s = Statistics;
        writer.Write($"pool '{Name}': {s.Capacity} blocks of {BlockLength} bytes in {Regions.Count} {(Regions.Count == 1 ? "buffer" : "buffers")}\n");
        writer.Write($"  out {s.Live}, free {s.Available} ({s.Cached} in caches), retired {s.Retired}, peak {s.Peak}, waiters {s.Waiters}\n");
        writer.Write($"  rents {s.Rents}, returns {s.Returns}, failures {s.Failures}\n");
        var map = new StringBuilder(Line);
        foreach (BlockPoolRegion region in Regions)
        {
            writer.Write($"  {region.Range.Start} '{region.Buffer}', {region.Range.Length} bytes\n");
            for (int at = 0; at < region.Blocks; at += Line)
            {
                map.Clear();
                for (int i = at; i < Math.Min(at + Line, region.Blocks); i++) map.Append(Blocks[region.FirstBlock + i] switch { BlockState.Rented => '#', BlockState.Free => '.', _ => 'x' });
                writer.Write($"  {region.FirstBlock + at,8} {map}\n");
            }
        }
    }

    /// <summary>Writes one object: figures, buffers, and the runs of blocks that are out.</summary>
    /// <param name="writer">Where to; the caller flushes it.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        BlockPoolStatistics s = Statistics;
        writer.WriteStartObject();
        writer.WriteString("pool", Name);
        writer.WriteNumber("blockLength", BlockLength);
        writer.WriteNumber("capacity", s.Capacity);
        writer.WriteNumber("live", s.Live);
        writer.WriteNumber("available", s.Available);
        writer.WriteNumber("cached", s.Cached);
        writer.WriteNumber("retired", s.Retired);
        writer.WriteNumber("peak", s.Peak);
        writer.WriteNumber("rents", s.Rents);
        writer.WriteNumber("returns", s.Returns);
        writer.WriteNumber("failures", s.Failures);
        writer.WriteNumber("waiters", s.Waiters);
        writer.WriteStartArray("buffers");
        foreach (BlockPoolRegion region in Regions)
        {
            writer.WriteStartObject();
            writer.WriteString("name", region.Buffer);
            writer.WriteString("logicalAddress", region.Range.Start.ToString());
            writer.WriteNumber("length", region.Range.Length);
            writer.WriteNumber("firstBlock", region.FirstBlock);
            writer.WriteNumber("blocks", region.Blocks);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteRuns(writer, "rented", BlockState.Rented);
        WriteRuns(writer, "retiredBlocks", BlockState.Retired);
        writer.WriteEndObject();
    }

    /// <summary>Writes a picture: a cell for each block, or for several where there are very many.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteSvg(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        BlockPoolPicture.Write(this, writer);
    }

    private void WriteRuns(Utf8JsonWriter writer, string name, BlockState state)
    {
        writer.WriteStartArray(name);
        for (int i = 0; i < Blocks.Count; i++)
        {
            if (Blocks[i] != state) continue;
            int first = i;
            while (i + 1 < Blocks.Count && Blocks[i + 1] == state) i++;
            writer.WriteStartObject();
            writer.WriteNumber("first", first);
            writer.WriteNumber("count", i - first + 1);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
