using DmaKit.Formats;

namespace DmaKit.Cli.Tests;

/// <summary>Captures of random frames, and what is in one.</summary>
internal static class Captures
{
    /// <summary>A capture as bytes.</summary>
    internal static byte[] Make(int count, CaptureFormat format = CaptureFormat.Pcap, int seed = 1, int least = 60, int most = 1514, int linkType = 1, bool bigEndian = false)
    {
        var random = new Random(seed);
        var stream = new MemoryStream();
        byte[] data = new byte[most];
        using (var writer = new CaptureWriter(stream, new CaptureWriterOptions { Format = format, LinkType = linkType, BigEndian = bigEndian }))
        {
            for (int i = 0; i < count; i++)
            {
                Span<byte> frame = data.AsSpan(0, random.Next(least, most + 1));
                random.NextBytes(frame);
                writer.Write(new CaptureTime(1_700_000_000 + i / 1000, i % 1000 * 1_000_000 + random.Next(1_000_000)), frame);
            }
        }

        return stream.ToArray();
    }

    /// <summary>The packets of a capture: it must be a whole one.</summary>
    internal static List<(CaptureTime Time, byte[] Data)> Read(string path) => Read(File.ReadAllBytes(path));

    /// <inheritdoc cref="Read(string)"/>
    internal static List<(CaptureTime Time, byte[] Data)> Read(byte[] file)
    {
        var packets = new List<(CaptureTime, byte[])>();
        using CaptureReader reader = CaptureReader.Open(new MemoryStream(file));
        while (reader.Read()) packets.Add((reader.Packet.Time, reader.Packet.Data.ToArray()));
        return packets;
    }

    /// <summary>The same packets, byte for byte, at the same times.</summary>
    internal static void AssertEqual(byte[] expected, byte[] actual)
    {
        List<(CaptureTime Time, byte[] Data)> there = Read(expected), here = Read(actual);
        Assert.Equal(there.Count, here.Count);
        for (int i = 0; i < there.Count; i++)
        {
            Assert.True(there[i].Time == here[i].Time, $"packet {i}: {here[i].Time} instead of {there[i].Time}");
            Assert.True(there[i].Data.AsSpan().SequenceEqual(here[i].Data), $"packet {i} has other bytes");
        }
    }
}
