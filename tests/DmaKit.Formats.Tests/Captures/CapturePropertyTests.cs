using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Formats.Tests;

/// <summary>What holds for every capture, whole or broken, and readers that the same properties must catch.</summary>
public sealed class CapturePropertyTests
{
    private const int MostMemory = 8 << 20;

    [Fact]
    public void F1_What_was_written_is_read_back() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Seeds(), seed => RoundTrip(seed, CaptureFile.ReadAll)));

    [Theory]
    [InlineData("loses the last packet")]
    [InlineData("cuts to microseconds")]
    [InlineData("takes padding for data")]
    public void F1_The_round_trip_catches_a_broken_reader(string defect)
    {
        Func<byte[], List<CapturedPacket>> broken = file => defect switch
        {
            "loses the last packet" => [.. CaptureFile.ReadAll(file).SkipLast(1)],
            "cuts to microseconds" => [.. CaptureFile.ReadAll(file).Select(p => p with { Time = p.Time with { Nanoseconds = p.Time.Nanoseconds / 1000 * 1000 } })],
            _ => [.. CaptureFile.ReadAll(file).Select(p => p with { Data = p.Data.ToArray().Concat(new byte[-p.Data.Length & 3]).ToArray() })],
        };
        Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Seeds(), seed => RoundTrip(seed, broken))));
    }

    [Fact]
    public void F1_Broken_captures_end_in_one_line_and_in_bounded_memory() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(Seeds(), seed => Survives(seed, file => CaptureFile.ReadAll(file).Count)));

    [Fact]
    public void F1_Broken_captures_catch_a_reader_that_trusts_lengths() =>
        Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(Seeds(), seed => Survives(seed, TrustingReader))));

    [Fact]
    public async Task F1_However_the_bytes_come_the_packets_are_the_same()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            (byte[] file, List<CapturedPacket> packets) = Capture(new Random(seed));
            await using CaptureReader reader = await CaptureReader.OpenAsync(new DribblingStream(file, seed));
            foreach (CapturedPacket packet in packets)
            {
                Assert.True(await reader.ReadAsync(), $"seed {seed}");
                Assert.True(packet.Data.Span.SequenceEqual(reader.Packet.Data.Span), $"seed {seed}");
                Assert.Equal(packet.Time, reader.Packet.Time);
            }

            Assert.False(await reader.ReadAsync());
        }
    }

    private static Arbitrary<int> Seeds() => Arb.From(Gen.Choose(0, int.MaxValue));

    private static bool RoundTrip(int seed, Func<byte[], List<CapturedPacket>> read)
    {
        (byte[] file, List<CapturedPacket> packets) = Capture(new Random(seed));
        List<CapturedPacket> came = read(file);
        if (came.Count != packets.Count) throw new InvalidOperationException($"{came.Count} packets of {packets.Count}");
        for (int i = 0; i < came.Count; i++)
        {
            if (came[i].Time != packets[i].Time) throw new InvalidOperationException($"packet {i}: {came[i].Time} was {packets[i].Time}");
            if (!came[i].Data.Span.SequenceEqual(packets[i].Data.Span)) throw new InvalidOperationException($"packet {i}: other bytes");
            if (came[i].OriginalLength != packets[i].OriginalLength || came[i].LinkType != packets[i].LinkType) throw new InvalidOperationException($"packet {i}: other facts");
        }

        return true;
    }

    /// <summary>Breaks a capture: it may be read to the end or be told malformed, and nothing else, and no more memory may be taken than a packet needs.</summary>
    private static bool Survives(int seed, Func<byte[], int> read)
    {
        var random = new Random(seed);
        (byte[] file, List<CapturedPacket> packets) = Capture(random);
        byte[] broken = Break(file, random);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = 0;
        try
        {
            count = read(broken);
        }
        catch (MalformedFileException e)
        {
            if (e.Message.Contains('\n', StringComparison.Ordinal) || e.Offset < 0 || e.Offset > broken.Length) throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
        }

        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        if (taken > MostMemory) throw new InvalidOperationException($"seed {seed}: {taken} bytes taken for a file of {broken.Length}");
        if (count > packets.Count + broken.Length / 16) throw new InvalidOperationException($"seed {seed}: {count} packets");
        return true;
    }

    private static (byte[] File, List<CapturedPacket> Packets) Capture(Random random)
    {
        var format = (CaptureFormat)random.Next(3);
        var options = new CaptureWriterOptions { Format = format, BigEndian = random.Next(2) == 0, LinkType = random.Next(4) == 0 ? random.Next(65_536) : 1 };
        var packets = new List<CapturedPacket>();
        var stream = new MemoryStream();
        using (var writer = new CaptureWriter(stream, options))
        {
            for (int count = random.Next(12); count > 0; count--)
            {
                byte[] data = new byte[random.Next(10) switch { 0 => 0, 1 => random.Next(70_000), _ => random.Next(1515) }];
                random.NextBytes(data);
                long original = data.Length + (random.Next(3) == 0 ? random.Next(100_000) : 0);
                int fraction = random.Next(1_000_000_000);
                if (format == CaptureFormat.PcapMicroseconds) fraction -= fraction % 1000;
                var time = new CaptureTime(random.NextInt64(1L << 32), fraction);
                packets.Add(new CapturedPacket(time, data, original, options.LinkType, 0));
                writer.Write(time, data, original);
            }
        }

        return (stream.ToArray(), packets);
    }

    private static byte[] Break(byte[] file, Random random)
    {
        byte[] broken = [.. file];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            // Lengths lie near the beginning and behind it at multiples of 4: those are hit more often than data.
            int at = random.Next(2) == 0 ? random.Next(broken.Length) : random.Next(Math.Min(broken.Length, 160)) & ~3;
            switch (random.Next(5))
            {
                case 0:
                    broken = broken[..random.Next(broken.Length)];
                    break;
                case 1:
                    uint value = random.Next(6) switch { 0 => uint.MaxValue, 1 => 0, 2 => 0x7FFF_FFFF, 3 => 0xFFFF_FFFC, 4 => 262_144, _ => (uint)random.Next() };
                    for (int i = 0; i < 4 && at + i < broken.Length; i++) broken[at + i] = (byte)(value >> (8 * (random.Next(2) == 0 ? i : 3 - i)));
                    break;
                case 2:
                    broken = [.. broken[..at], .. broken[Math.Min(broken.Length, at + random.Next(1, 40))..]];
                    break;
                case 3:
                    broken = [.. broken, .. broken[at..]];
                    break;
                default:
                    if (broken.Length > 0) broken[at] ^= (byte)(1 << random.Next(8));
                    break;
            }

            if (broken.Length == 0) break;
        }

        return broken;
    }

    /// <summary>The known-buggy twin: believes whatever a length says.</summary>
    private static int TrustingReader(byte[] file)
    {
        var stream = new BinaryReader(new MemoryStream(file));
        uint magic = stream.ReadUInt32();
        if (magic is not (0xA1B2C3D4 or 0xA1B23C4D)) return 0;
        stream.ReadBytes(20);
        int count = 0;
        while (stream.BaseStream.Position < stream.BaseStream.Length)
        {
            stream.ReadUInt64();
            int captured = stream.ReadInt32();
            stream.ReadInt32();
            byte[] packet = new byte[captured];
            stream.BaseStream.ReadExactly(packet);
            count++;
        }

        return count;
    }

    /// <summary>Gives a few bytes at a time, as pipes do.</summary>
    private sealed class DribblingStream(byte[] bytes, int seed) : MemoryStream(bytes)
    {
        private readonly Random _random = new(seed);

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, _random.Next(1, 700))]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
