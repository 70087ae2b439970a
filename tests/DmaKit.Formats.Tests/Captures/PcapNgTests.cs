namespace DmaKit.Formats.Tests;

public sealed class PcapNgTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_kind_of_packet_block_is_read_in_both_byte_orders(bool bigEndian)
    {
        byte[] file = new CaptureFile(bigEndian).Section()
            .Interface(linkType: 1)
            .Interface(linkType: 101, snap: 2, resolution: 9)
            .Enhanced(0, 1_700_000_000_123_456, [1, 2, 3])
            .Enhanced(1, 1_700_000_000_123_456_789, [4, 5], original: 60)
            .Block(3, b => b.Long(5).Raw([6, 7, 8, 9, 10]))
            .Block(2, b => b.Word(1).Word(17).Long(0).Long(2_000_000_000).Long(1).Long(1).Raw([11]))
            .Bytes;
        List<CapturedPacket> packets = CaptureFile.ReadAll(file);
        Assert.Equal(4, packets.Count);
        Assert.Equal(new CaptureTime(1_700_000_000, 123_456_000), packets[0].Time);
        Assert.Equal([1, 2, 3], packets[0].Data.ToArray());
        Assert.Equal(new CaptureTime(1_700_000_000, 123_456_789), packets[1].Time);
        Assert.Equal((60L, 101, 1), (packets[1].OriginalLength, packets[1].LinkType, packets[1].Interface));
        Assert.Equal([6, 7, 8, 9, 10], packets[2].Data.ToArray());
        Assert.Equal(default, packets[2].Time);
        Assert.Equal(new CaptureTime(2, 0), packets[3].Time);
        Assert.Equal([11], packets[3].Data.ToArray());
    }

    [Fact]
    public void A_simple_packet_has_what_the_interface_kept_of_it()
    {
        CapturedPacket packet = Assert.Single(CaptureFile.ReadAll(new CaptureFile().Section().Interface(snap: 3).Block(3, b => b.Long(1500).Raw([1, 2, 3])).Bytes));
        Assert.Equal((3, 1500L), (packet.Data.Length, packet.OriginalLength));
    }

    [Fact]
    public void Sections_have_byte_orders_and_interfaces_of_their_own()
    {
        byte[] first = new CaptureFile().Section().Interface(linkType: 7).Enhanced(0, 1, [1]).Bytes;
        byte[] second = new CaptureFile(bigEndian: true).Section(minor: 2).Interface(linkType: 9, resolution: 3).Enhanced(0, 2, [2]).Bytes;
        List<CapturedPacket> packets = CaptureFile.ReadAll([.. first, .. second]);
        Assert.Equal([(7, new CaptureTime(0, 1_000)), (9, new CaptureTime(0, 2_000_000))], packets.Select(p => (p.LinkType, p.Time)));
    }

    [Theory]
    [InlineData(0, 3, 3, 0)]
    [InlineData(6, 1_500_000, 1, 500_000_000)]
    [InlineData(12, 1_000_000_001_999, 1, 1)]
    [InlineData(0x80 | 1, 3, 1, 500_000_000)]
    [InlineData(0x80 | 32, (1L << 32) + (1L << 31), 1, 500_000_000)]
    public void Times_count_in_powers_of_ten_or_two(byte resolution, long units, long seconds, int nanoseconds)
    {
        byte[] file = new CaptureFile().Section().Interface(resolution: resolution, offset: 100).Enhanced(0, (ulong)units, [1]).Bytes;
        Assert.Equal(new CaptureTime(100 + seconds, nanoseconds), Assert.Single(CaptureFile.ReadAll(file)).Time);
    }

    [Fact]
    public void Blocks_of_other_kinds_are_passed_over_however_long()
    {
        byte[] file = new CaptureFile().Section()
            .Block(0x0BAD, b => b.Raw(new byte[300_000]))
            .Interface()
            .Block(5, b => b.Long(0).Long(1).Long(2))
            .Enhanced(0, 1, [1])
            .Block(4, _ => { })
            .Bytes;
        Assert.Equal([1], Assert.Single(CaptureFile.ReadAll(file)).Data.ToArray());
    }

    public static TheoryData<string, byte[], string> Malformed => new()
    {
        { "cut in the section", new CaptureFile().Section().Bytes[..12], "The capture is cut short in the section header block: it needs 16 bytes, 4 are left. (at byte 0)" },
        { "byte order", new CaptureFile().Block(0x0A0D0D0A, b => b.Long(5).Long(1).Long(0).Long(0)).Bytes, "The section header block says byte order 05000000; legal: 1a2b3c4d, either way round. (at byte 0)" },
        { "version", new CaptureFile().Block(0x0A0D0D0A, b => b.Long(0x1A2B3C4D).Word(3).Word(1).Long(0).Long(0)).Bytes, "The section header block says version 3.1 of pcapng; read here is 1.0. (at byte 0)" },
        { "4 GiB of a block", new CaptureFile().Section().Block(77, b => b.Long(1), 0xFFFF_FFFC).Bytes, "The capture is cut short in the block of type 0x0000004d: it needs 4294967276 more bytes. (at byte 28)" },
        { "4 GiB of a packet", new CaptureFile().Section().Interface().Enhanced(0, 0, [1], captured: uint.MaxValue, original: uint.MaxValue).Bytes, "The packet block says 4294967295 bytes of a packet; at most 262144 are read. (at byte 52)" },
        { "odd length", new CaptureFile().Section().Block(77, b => b.Long(1), 17).Bytes, "The block of type 0x0000004d says 17 bytes in all; legal: a multiple of 4, 12 or more. (at byte 28)" },
        { "length 0", new CaptureFile().Section().Block(6, b => b.Long(1), 0).Bytes, "The packet block says 0 bytes in all; legal: a multiple of 4, 32 or more. (at byte 28)" },
        { "two lengths", new CaptureFile().Section().Block(77, b => b.Long(1), again: 20).Bytes, "The block of type 0x0000004d says 16 bytes at its start and 20 at its end. (at byte 28)" },
        { "no such interface", new CaptureFile().Section().Interface().Enhanced(1, 0, [1]).Bytes, "The packet block says interface 1; its section describes 1. (at byte 52)" },
        { "interface of another section", new CaptureFile().Section().Interface().Section().Enhanced(0, 0, [1]).Bytes, "The packet block says interface 0; its section describes 0. (at byte 80)" },
        { "more captured than fits", new CaptureFile().Section().Interface().Enhanced(0, 0, [1], captured: 8, original: 8).Bytes, "The packet block says 8 bytes captured, and has room for 4. (at byte 52)" },
        { "option over the end", new CaptureFile().Section().Block(1, b => b.Long(1).Long(0).Word(2).Word(200)).Bytes, "The interface description block says 200 bytes of option 2, and has 0 left. (at byte 28)" },
        { "resolution", new CaptureFile().Section().Interface(resolution: 99).Bytes, "The interface description block says a time resolution of 10^-99 s; read here are 2^-64 and 10^-19 and coarser. (at byte 28)" },
        { "4 GiB of options", new CaptureFile().Section().Block(1, b => b.Long(1).Long(0), 0xFFFF_FFFC).Bytes, "The interface description block says 4294967272 bytes of options; at most 1048576 are read. (at byte 28)" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_cannot_be_is_told_in_one_line(string what, byte[] file, string message)
    {
        MalformedFileException error = Assert.Throws<MalformedFileException>(() => CaptureFile.ReadAll(file));
        Assert.True(error.Message == message, $"{what}: {error.Message}");
    }
}
