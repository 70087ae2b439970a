using System.Buffers.Binary;
using System.Text;

namespace DmaKit.Devices.Tests;

public sealed class ScsiCommandTests
{
    private static readonly (int, int, int) InvalidField = (5, 0x24, 0);

    [Fact]
    public void Standard_inquiry()
    {
        using var bench = new ScsiBench(new MemoryDiskImage(512), new ScsiDiskOptions { Vendor = "ACME", Product = "ROCKET SLED", Revision = "7" });
        byte[] data = bench.Good([0x12, 0, 0, 0, 255, 0]);
        Assert.Equal(36, data.Length);
        Assert.Equal((0, 6, 0x12, 31, 2), (data[0], data[2], data[3], data[4], data[7]));
        Assert.Equal("ACME    ROCKET SLED     7   ", Encoding.ASCII.GetString(data, 8, 28));
        Assert.Equal(5, bench.Good([0x12, 0, 0, 0, 5, 0]).Length);
        Assert.Empty(bench.Good([0x12, 0, 0, 0, 0, 0]));
        Assert.Equal(36, bench.Good([0x12, 0, 0, 1, 0, 0]).Length);
        Assert.Equal(InvalidField, bench.Sense([0x12, 0, 0x80, 0, 36, 0]));
    }

    [Fact]
    public void Vital_product_data()
    {
        using var bench = new ScsiBench(new MemoryDiskImage(512), new ScsiDiskOptions { Serial = "SN42" });
        Assert.Equal([0, 0, 0, 3, 0x00, 0x80, 0x83], bench.Good([0x12, 1, 0, 0, 255, 0]));
        Assert.Equal([0, 0x80, 0, 4, .. "SN42"u8], bench.Good([0x12, 1, 0x80, 0, 255, 0]));

        byte[] page = bench.Good([0x12, 1, 0x83, 0, 255, 0]);
        Assert.Equal((0x83, page.Length - 4), (page[1], page[3]));
        Assert.Equal([0x02, 0x01, 0, 28], page[4..8]);
        Assert.Equal("DMAKIT  EMULATED DISK   SN42", Encoding.ASCII.GetString(page, 8, 28));
        Assert.Equal([0x01, 0x03, 0, 8], page[36..40]);
        Assert.Equal(3, page[40] >> 4);
        Assert.Equal(48, page.Length);
        Assert.Equal(InvalidField, bench.Sense([0x12, 1, 0xB0, 0, 255, 0]));
    }

    [Fact]
    public void Disks_with_different_serial_numbers_have_different_names()
    {
        using var one = new ScsiBench(new MemoryDiskImage(512), new ScsiDiskOptions { Serial = "1" });
        using var two = new ScsiBench(new MemoryDiskImage(512), new ScsiDiskOptions { Serial = "2" });
        Assert.NotEqual(one.Good([0x12, 1, 0x83, 0, 255, 0])[37..45], two.Good([0x12, 1, 0x83, 0, 255, 0])[37..45]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("123456789012345678901")]
    [InlineData("tab\t")]
    [InlineData("ä")]
    public void Illegal_serial_numbers_are_refused(string serial) =>
        Assert.ThrowsAny<ArgumentException>(() => new ScsiDiskOptions { Serial = serial });

    [Theory]
    [InlineData(512, 0u)]
    [InlineData(1023, 0u)]
    [InlineData(1024, 1u)]
    [InlineData(51_200 + 511, 99u)]
    public void Capacity_counts_whole_blocks_only(long length, uint last)
    {
        using var bench = new ScsiBench(new MemoryDiskImage(length));
        byte[] ten = bench.Good(new byte[10].With(0, 0x25));
        Assert.Equal((last, 512u), (Big32(ten, 0), Big32(ten, 4)));
        byte[] sixteen = bench.Good(Service16(64));
        Assert.Equal((32, 0u, last, 512u), (sixteen.Length, Big32(sixteen, 0), Big32(sixteen, 4), Big32(sixteen, 8)));
        Assert.Equal(12, bench.Good(Service16(12)).Length);
    }

    [Fact]
    public void Capacity_above_2_tib_needs_the_long_form()
    {
        using var bench = new ScsiBench(new MemoryDiskImage(3L << 40));
        Assert.Equal(uint.MaxValue, Big32(bench.Good(new byte[10].With(0, 0x25)), 0));
        Assert.Equal((1u, 0x7FFFFFFFu), (Big32(bench.Good(Service16(32)), 0), Big32(bench.Good(Service16(32)), 4)));
    }

    [Fact]
    public void Wrong_capacity_requests_are_invalid_fields()
    {
        using ScsiBench bench = ScsiBench.Memory();
        Assert.Equal(InvalidField, bench.Sense(new byte[10].With(0, 0x25).With(5, 1)));
        Assert.Equal(InvalidField, bench.Sense(new byte[10].With(0, 0x25).With(8, 1)));
        Assert.Equal(InvalidField, bench.Sense(new byte[16].With(0, 0x9E).With(1, 0x12)));
        Assert.Equal(InvalidField, bench.Sense(Service16(32).With(14, 1)));
    }

    [Fact]
    public void A_unit_attention_is_reported_once_and_some_commands_pass_it()
    {
        using var bench = new ScsiBench(new MemoryDiskImage(512), keepAttention: true);
        bench.Good([0x12, 0, 0, 0, 36, 0]);
        bench.Good(new byte[12].With(0, 0xA0).With(9, 16));
        Assert.Equal((6, 0x29, 0), bench.Sense([0xFF, 0, 0, 0, 0, 0]));
        bench.Good(new byte[6]);
        bench.Disk.Reset();
        Assert.Equal((6, 0x29, 0), bench.Sense(new byte[6]));
    }

    [Fact]
    public void Request_sense_hands_the_unit_attention_out_as_data_and_ends_it()
    {
        using var bench = new ScsiBench(new MemoryDiskImage(512), keepAttention: true);
        byte[] data = bench.Good([0x03, 0, 0, 0, 252, 0]);
        Assert.Equal((18, 0x70, 6, 0x29), (data.Length, data[0], data[2], data[12]));
        bench.Good(new byte[6]);
        Assert.Equal((0, 0), (bench.Good([0x03, 0, 0, 0, 18, 0])[2], bench.Good([0x03, 0, 0, 0, 18, 0])[12]));
        Assert.Equal(InvalidField, bench.Sense([0x03, 1, 0, 0, 18, 0]));
        Assert.Equal(0x25, bench.Good([0x03, 0, 0, 0, 18, 0], unit: 1)[12]);
    }

    [Fact]
    public void Report_luns_names_unit_0()
    {
        using ScsiBench bench = ScsiBench.Memory();
        byte[] data = bench.Good(new byte[12].With(0, 0xA0).With(8, 1));
        Assert.Equal([0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], data);
        Assert.Equal(16, bench.Good(new byte[12].With(0, 0xA0).With(2, 2).With(9, 16), unit: 3).Length);
        Assert.Equal(8, bench.Good(new byte[12].With(0, 0xA0).With(2, 1).With(9, 16)).Length);
        Assert.Equal(InvalidField, bench.Sense(new byte[12].With(0, 0xA0).With(9, 15)));
        Assert.Equal(InvalidField, bench.Sense(new byte[12].With(0, 0xA0).With(2, 3).With(9, 16)));
    }

    [Fact]
    public void Mode_sense_6_has_header_descriptor_caching_and_control()
    {
        using ScsiBench bench = ScsiBench.Memory(100);
        byte[] data = bench.Good([0x1A, 0, 0x3F, 0, 255, 0]);
        Assert.Equal(44, data.Length);
        Assert.Equal([43, 0, 0x10, 8, 0, 0, 0, 100, 0, 0, 2, 0], data[..12]);
        Assert.Equal([0x08, 0x12, 0x04], data[12..15]);
        Assert.Equal([0x0A, 0x0A], data[32..34]);
        Assert.Equal(24, bench.Good([0x1A, 8, 0x08, 0, 255, 0]).Length);
        Assert.Equal(16, bench.Good([0x1A, 8, 0x0A, 0, 255, 0]).Length);
        Assert.Equal(44, bench.Good([0x1A, 0, 0x3F, 0xFF, 255, 0]).Length);
        Assert.Equal(4, bench.Good([0x1A, 0, 0x3F, 0, 4, 0]).Length);
    }

    [Fact]
    public void Mode_sense_10_has_the_long_header()
    {
        using ScsiBench bench = ScsiBench.Memory(100);
        byte[] data = bench.Good(new byte[10].With(0, 0x5A).With(2, 0x08).With(8, 200));
        Assert.Equal(36, data.Length);
        Assert.Equal([0, 34, 0, 0x10, 0, 0, 0, 8], data[..8]);
        Assert.Equal((0x08, 0x04), (data[16], data[18]));
    }

    [Fact]
    public void Mode_sense_says_what_can_be_changed_nothing_and_what_is_saved_not_supported()
    {
        using ScsiBench bench = ScsiBench.Memory();
        Assert.Equal([0x08, 0x12, 0x00], bench.Good([0x1A, 8, 0x48, 0, 255, 0])[4..7]);
        Assert.Equal([0x08, 0x12, 0x04], bench.Good([0x1A, 8, 0x88, 0, 255, 0])[4..7]);
        Assert.Equal((5, 0x39, 0), bench.Sense([0x1A, 8, 0xC8, 0, 255, 0]));
        Assert.Equal(InvalidField, bench.Sense([0x1A, 8, 0x01, 0, 255, 0]));
        Assert.Equal(InvalidField, bench.Sense([0x1A, 8, 0x08, 1, 255, 0]));
    }

    [Fact]
    public void A_read_only_image_is_a_write_protected_disk()
    {
        using var bench = new ScsiBench(new MemoryDiskImage(5120, isReadOnly: true));
        Assert.Equal(0x90, bench.Good([0x1A, 8, 0x08, 0, 255, 0])[2]);
        Assert.Equal(0x90, bench.Good(new byte[10].With(0, 0x5A).With(2, 8).With(8, 255))[3]);
        Assert.Equal((7, 0x27, 0), bench.Sense([0x0A, 0, 0, 0, 1, 0], new byte[512]));
        Assert.Equal(512, bench.Good([0x08, 0, 0, 0, 1, 0]).Length);
        bench.Good(new byte[10].With(0, 0x35));
    }

    [Fact]
    public void A_stopped_unit_is_not_ready_until_it_is_started_or_reset()
    {
        var image = new FaultyDiskImage(10);
        using var bench = new ScsiBench(image);
        bench.Good([0x1B, 0, 0, 0, 0, 0]);
        Assert.Equal(1, image.Flushes);
        Assert.Equal((2, 4, 2), bench.Sense(new byte[6]));
        Assert.Equal((2, 4, 2), bench.Sense([0x08, 0, 0, 0, 1, 0]));
        bench.Good([0x12, 0, 0, 0, 36, 0]);
        bench.Good([0x1B, 0, 0, 0, 1, 0]);
        bench.Good(new byte[6]);
        Assert.Equal(InvalidField, bench.Sense([0x1B, 0, 0, 0, 2, 0]));
        bench.Good([0x1B, 0, 0, 0, 0, 0]);
        bench.Disk.Reset();
        bench.Sense(new byte[6]);
        bench.Good(new byte[6]);
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x04)]
    [InlineData(0x1E)]
    [InlineData(0x3B)]
    [InlineData(0x41)]
    [InlineData(0x7F)]
    [InlineData(0x93)]
    [InlineData(0xC0)]
    [InlineData(0xFF)]
    public void Unknown_commands_are_invalid_opcodes(byte opcode)
    {
        using ScsiBench bench = ScsiBench.Memory();
        Assert.Equal((5, 0x20, 0), bench.Sense(new byte[16].With(0, opcode)));
    }

    [Theory]
    [InlineData(0x12, 5)]
    [InlineData(0x28, 9)]
    [InlineData(0xA8, 11)]
    [InlineData(0x88, 15)]
    public void A_command_block_cut_short_is_an_invalid_field(byte opcode, int length)
    {
        using ScsiBench bench = ScsiBench.Memory();
        Assert.Equal(InvalidField, bench.Sense(new byte[length].With(0, opcode)));
    }

    [Fact]
    public void The_aca_bit_is_an_invalid_field()
    {
        using ScsiBench bench = ScsiBench.Memory();
        Assert.Equal(InvalidField, bench.Sense([0, 0, 0, 0, 0, 4]));
        Assert.Equal(InvalidField, bench.Sense(new byte[10].With(0, 0x28).With(8, 1).With(9, 4)));
    }

    [Fact]
    public void Another_unit_is_not_there()
    {
        using ScsiBench bench = ScsiBench.Memory();
        Assert.Equal((5, 0x25, 0), bench.Sense(new byte[6], unit: 1));
        Assert.Equal((5, 0x25, 0), bench.Sense([0x08, 0, 0, 0, 1, 0], unit: -1));
        Assert.Equal(0x7F, bench.Good([0x12, 0, 0, 0, 36, 0], unit: 5)[0]);
        Assert.Equal(0x7F, bench.Good([0x12, 1, 0, 0, 36, 0], unit: 5)[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    public void An_image_without_a_whole_block_is_a_disk_without_a_medium(long length)
    {
        using var bench = new ScsiBench(new MemoryDiskImage(length));
        Assert.Equal((2, 0x3A, 0), bench.Sense(new byte[6]));
        Assert.Equal((2, 0x3A, 0), bench.Sense(new byte[10].With(0, 0x25)));
        Assert.Equal((2, 0x3A, 0), bench.Sense([0x08, 0, 0, 0, 1, 0]));
        Assert.Equal(36, bench.Good([0x12, 0, 0, 0, 36, 0]).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void A_command_block_of_no_length_or_too_long_is_misuse(int length)
    {
        using ScsiBench bench = ScsiBench.Memory();
        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Disk.Decode(new byte[length], 0));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Random_command_blocks_never_throw_and_never_hang(int seed)
    {
        var random = new Random(seed);
        using ScsiBench bench = ScsiBench.Memory(64);
        byte[] opcodes = [0, 3, 8, 0x0A, 0x12, 0x1A, 0x1B, 0x25, 0x28, 0x2A, 0x2F, 0x35, 0x5A, 0x88, 0x8A, 0x8F, 0x91, 0x9E, 0xA0, 0xA8, 0xAA];
        byte[] data = new byte[1 << 20];
        byte[] cdb = new byte[16];
        try
        {
            for (int i = 0; i < 20_000; i++)
            {
                for (int at = 0; at < 16; at++) cdb[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)0;
                if (random.Next(8) != 0) cdb[0] = opcodes[random.Next(opcodes.Length)];
                bench.Run(cdb[..random.Next(1, 17)], data, random.Next(8) == 0 ? 1 : 0);
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"Seed {seed}: {Convert.ToHexString(cdb)}: {e}");
        }
    }

    private static byte[] Service16(byte allocation) => new byte[16].With(0, 0x9E).With(1, 0x10).With(13, allocation);

    private static uint Big32(byte[] data, int at) => BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(at));
}
