using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>What is on its way and in which order: each packet's time, and what its bytes were, to be compared with what comes out.</summary>
/// <remarks>Safe from any thread.</remarks>
/// <param name="leastReceived">To how many bytes a card fills up, with zeros, what it receives; 0 for one that does not.</param>
internal sealed class PacketLedger(int leastReceived)
{
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = new();
    private long _taken;

    /// <summary>Notes a packet before it is sent.</summary>
    internal void Add(in CapturedPacket packet)
    {
        var entry = new Entry(packet.Time, packet.Data.Length, HashOf(packet.Data.Span));
        lock (_gate) _entries.Enqueue(entry);
    }

    /// <summary>Compares what came out with what went in longest ago.</summary>
    /// <returns>The packet's time.</returns>
    /// <exception cref="ToolException">It is another one.</exception>
    internal CaptureTime Take(ReadOnlySpan<byte> frame)
    {
        Entry entry;
        long number;
        lock (_gate)
        {
            number = ++_taken;
            if (!_entries.TryDequeue(out entry))
                throw new ToolException($"packet {SizeText.Exact(number)} came out, {frame.Length} bytes, and {SizeText.Exact(number - 1)} were sent");
        }

        if (entry.Length < leastReceived && frame.Length == leastReceived && !frame[entry.Length..].ContainsAnyExcept((byte)0)) frame = frame[..entry.Length];
        if (frame.Length != entry.Length) throw new ToolException($"packet {SizeText.Exact(number)} was sent with {entry.Length} bytes and came out with {frame.Length}");
        if (HashOf(frame) != entry.Hash) throw new ToolException($"packet {SizeText.Exact(number)} came out with other bytes than it was sent with");
        return entry.Time;
    }

    private static int HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = default(HashCode);
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    private readonly record struct Entry(CaptureTime Time, int Length, int Hash);
}
