namespace DmaKit.Formats.Tests;

public sealed class CaptureWriterTests
{
    [Theory]
    [InlineData(CaptureFormat.Pcap, false)]
    [InlineData(CaptureFormat.Pcap, true)]
    [InlineData(CaptureFormat.PcapMicroseconds, false)]
    public void Pcap_is_byte_for_byte_what_it_should_be(CaptureFormat format, bool bigEndian)
    {
        bool nanoseconds = format == CaptureFormat.Pcap;
        byte[] file = Written(format, bigEndian, (new CaptureTime(17, 123_456_789), [1, 2, 3, 4, 5], 60));
        byte[] expected = new CaptureFile(bigEndian).Long(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4).Word(2).Word(4).Long(0).Long(0).Long(262_144).Long(1)
            .Record(17, nanoseconds ? 123_456_789u : 123_456u, [1, 2, 3, 4, 5], original: 60).Bytes;
        Assert.Equal(expected, file);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pcapng_is_byte_for_byte_what_it_should_be(bool bigEndian)
    {
        byte[] file = Written(CaptureFormat.PcapNg, bigEndian, (new CaptureTime(17, 123_456_789), [1, 2, 3, 4, 5], 0));
        byte[] expected = new CaptureFile(bigEndian).Section().Interface(snap: 262_144, resolution: 9).Enhanced(0, 17_123_456_789, [1, 2, 3, 4, 5]).Bytes;
        Assert.Equal(expected, file);
    }

    [Fact]
    public void Packets_go_out_whole_and_nothing_before_a_flush()
    {
        var stream = new MemoryStream();
        using var writer = new CaptureWriter(stream, new CaptureWriterOptions { LeaveOpen = true });
        writer.Write(default, new byte[1000]);
        Assert.Equal(0, stream.Length);
        for (int i = 0; i < 200; i++) writer.Write(default, new byte[1000]);
        Assert.True(stream.Length > 0);
        long read = CaptureFile.ReadAll(stream.ToArray()).Count;
        writer.Flush();
        Assert.True(read is > 60 and < 201, $"{read} packets");
        Assert.Equal(201, CaptureFile.ReadAll(stream.ToArray()).Count);
        Assert.Equal(201, writer.Count);
    }

    [Fact]
    public void What_the_format_has_no_place_for_is_refused_with_the_legal_range()
    {
        using var pcap = new CaptureWriter(new MemoryStream());
        using var ng = new CaptureWriter(new MemoryStream(), new CaptureWriterOptions { Format = CaptureFormat.PcapNg });
        Assert.Contains("1970 to 2106", Assert.Throws<ArgumentOutOfRangeException>(() => pcap.Write(new CaptureTime(1L << 32, 0), [])).Message, StringComparison.Ordinal);
        Assert.Contains("1970 to 2554", Assert.Throws<ArgumentOutOfRangeException>(() => ng.Write(new CaptureTime(-1, 0), [])).Message, StringComparison.Ordinal);
        Assert.Contains("262144", Assert.Throws<ArgumentOutOfRangeException>(() => pcap.Write(default, new byte[262_145])).Message, StringComparison.Ordinal);
        Assert.Contains("legal: 3", Assert.Throws<ArgumentOutOfRangeException>(() => pcap.Write(default, new byte[3], 2)).Message, StringComparison.Ordinal);
        Assert.Contains("65,535", Assert.Throws<ArgumentOutOfRangeException>(() => new CaptureWriterOptions { LinkType = 65_536 }).Message, StringComparison.Ordinal);
        Assert.Equal((0L, 0L), (pcap.Count, ng.Count));
    }

    [Fact]
    public async Task Reading_and_writing_packets_allocate_nothing()
    {
        byte[] data = new byte[1514];
        var source = new MemoryStream();
        using (var writer = new CaptureWriter(source, new CaptureWriterOptions { LeaveOpen = true }))
            for (int i = 0; i < 20_000; i++) writer.Write(new CaptureTime(i, i), data);
        source.Position = 0;
        await using CaptureReader reader = await CaptureReader.OpenAsync(source);
        await using var target = new CaptureWriter(Stream.Null);
        for (int i = 0; i < 5_000; i++)
        {
            Assert.True(await reader.ReadAsync());
            await target.WriteAsync(reader.Packet.Time, reader.Packet.Data);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 15_000; i++)
        {
            if (!await reader.ReadAsync()) Assert.Fail("The capture ended early.");
            await target.WriteAsync(reader.Packet.Time, reader.Packet.Data);
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000, $"{GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        Assert.False(await reader.ReadAsync());
    }

    [Fact]
    public void A_clock_s_time_keeps_its_100_nanoseconds()
    {
        Assert.Equal(new CaptureTime(1, 700), CaptureTime.From(DateTimeOffset.UnixEpoch.AddTicks(TimeSpan.TicksPerSecond + 7)));
        Assert.Equal(new CaptureTime(-1, 999_999_900), CaptureTime.From(DateTimeOffset.UnixEpoch.AddTicks(-1)));
        Assert.Equal("1.000000700", new CaptureTime(1, 700).ToString());
    }

    private static byte[] Written(CaptureFormat format, bool bigEndian, params (CaptureTime Time, byte[] Data, long Original)[] packets)
    {
        var stream = new MemoryStream();
        using (var writer = new CaptureWriter(stream, new CaptureWriterOptions { Format = format, BigEndian = bigEndian }))
            foreach ((CaptureTime time, byte[] data, long original) in packets) writer.Write(time, data, original);
        return stream.ToArray();
    }
}
