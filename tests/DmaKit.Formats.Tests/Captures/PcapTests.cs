namespace DmaKit.Formats.Tests;

public sealed class PcapTests
{
    [Theory]
    [InlineData(false, 0xA1B2C3D4, 1_000)]
    [InlineData(true, 0xA1B2C3D4, 1_000)]
    [InlineData(false, 0xA1B23C4D, 1)]
    [InlineData(true, 0xA1B23C4D, 1)]
    public void Both_resolutions_are_read_in_both_byte_orders(bool bigEndian, uint magic, int factor)
    {
        byte[] file = CaptureFile.Pcap(bigEndian, magic).Record(1_700_000_000, 123_456, [1, 2, 3]).Record(uint.MaxValue, 7, [], 0, 0).Bytes;
        List<CapturedPacket> packets = CaptureFile.ReadAll(file);
        Assert.Equal(2, packets.Count);
        Assert.Equal(new CaptureTime(1_700_000_000, 123_456 * factor), packets[0].Time);
        Assert.Equal([1, 2, 3], packets[0].Data.ToArray());
        Assert.Equal((3L, 1, 0), (packets[0].OriginalLength, packets[0].LinkType, packets[0].Interface));
        Assert.Equal(new CaptureTime(uint.MaxValue, 7 * factor), packets[1].Time);
        Assert.True(packets[1].Data.IsEmpty);
    }

    [Fact]
    public void A_fraction_of_more_than_a_second_is_carried()
    {
        CapturedPacket packet = Assert.Single(CaptureFile.ReadAll(CaptureFile.Pcap().Record(5, 2_500_000, [1]).Bytes));
        Assert.Equal(new CaptureTime(7, 500_000_000), packet.Time);
    }

    [Fact]
    public void The_checksum_bits_of_the_link_type_are_not_part_of_it() =>
        Assert.Equal(1, Assert.Single(CaptureFile.ReadAll(CaptureFile.Pcap(linkType: 0x4400_0001).Record(1, 0, [1]).Bytes)).LinkType);

    [Fact]
    public void A_packet_that_was_cut_keeps_its_length()
    {
        CapturedPacket packet = Assert.Single(CaptureFile.ReadAll(CaptureFile.Pcap().Record(1, 0, [1, 2], original: 9000).Bytes));
        Assert.Equal((2, 9000L), (packet.Data.Length, packet.OriginalLength));
    }

    [Fact]
    public void A_packet_of_65535_bytes_is_read()
    {
        byte[] data = new byte[65_535];
        new Random(3).NextBytes(data);
        Assert.Equal(data, Assert.Single(CaptureFile.ReadAll(CaptureFile.Pcap().Record(1, 0, data).Bytes)).Data.ToArray());
    }

    [Fact]
    public void A_capture_without_packets_is_one() => Assert.Empty(CaptureFile.ReadAll(CaptureFile.Pcap().Bytes));

    [Fact]
    public void What_was_read_before_the_fault_was_read()
    {
        byte[] file = CaptureFile.Pcap().Record(1, 0, [1, 2]).Record(2, 0, [3], captured: uint.MaxValue, original: uint.MaxValue).Bytes;
        using CaptureReader reader = CaptureReader.Open(new MemoryStream(file));
        Assert.True(reader.Read());
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => reader.Read());
        Assert.Equal("The packet header says 4294967295 bytes of a packet; at most 262144 are read. (at byte 42)", error.Message);
        Assert.Equal(1, reader.Count);
    }

    public static TheoryData<string, byte[], string> Malformed => new()
    {
        { "empty", [], "The file is empty: a capture begins with 4 bytes that say its format. (at byte 0)" },
        { "two bytes", [0xD4, 0xC3], "The file has 2 bytes: a capture begins with 4 that say its format. (at byte 0)" },
        { "text", "Hello, world"u8.ToArray(), "No capture: it begins with 48656c6c, neither pcap (a1b2c3d4, a1b23c4d) nor pcapng (0a0d0d0a). (at byte 0)" },
        { "header cut", CaptureFile.Pcap().Bytes[..20], "The capture is cut short in the file header: it needs 24 bytes, 20 are left. (at byte 0)" },
        { "version", CaptureFile.Pcap(minor: 1).Bytes, "The file header says version 2.1 of pcap; read here are 2.4 and later 2.x. (at byte 0)" },
        { "packet header cut", CaptureFile.Pcap().Record(1, 0, []).Bytes[..39], "The capture is cut short in the packet header: it needs 16 bytes, 15 are left. (at byte 0)" },
        { "packet cut", CaptureFile.Pcap().Record(1, 0, [1, 2, 3], captured: 60, original: 60).Bytes, "The capture is cut short in the packet: it needs 60 bytes, 3 are left. (at byte 24)" },
        { "more captured than there was", CaptureFile.Pcap().Record(1, 0, [1, 2, 3], original: 2).Bytes, "The packet header says 3 bytes captured of a packet of 2. (at byte 24)" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_cannot_be_is_told_in_one_line(string what, byte[] file, string message)
    {
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => CaptureFile.ReadAll(file));
        Assert.True(error.Message == message, $"{what}: {error.Message}");
        Assert.DoesNotContain('\n', error.Message);
    }
}
