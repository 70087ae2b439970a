using System.Buffers.Binary;

namespace DmaKit.Devices.Tests;

public sealed class ScsiMediumTests
{
    public static TheoryData<byte, byte> ReadAndWrite => new() { { 0x08, 0x0A }, { 0x28, 0x2A }, { 0xA8, 0xAA }, { 0x88, 0x8A } };

    [Theory]
    [MemberData(nameof(ReadAndWrite))]
    public void Blocks_written_in_one_length_of_command_read_back_in_it(byte read, byte write)
    {
        using ScsiBench bench = ScsiBench.Memory(100);
        byte[] data = Pattern(20 * 512);
        Assert.Empty(bench.Good(Access(write, 80, 20), data));
        Assert.Equal(data, bench.Good(Access(read, 80, 20)));
        Assert.Equal(data[512..1024], bench.Good(Access(read, 81, 1)));
        Assert.Equal(new byte[512], bench.Good(Access(read, 79, 1)));
    }

    [Theory]
    [MemberData(nameof(ReadAndWrite))]
    public void Blocks_behind_the_end_are_out_of_range(byte read, byte write)
    {
        using ScsiBench bench = ScsiBench.Memory(100);
        foreach (byte opcode in (byte[])[read, write])
        {
            Assert.Equal((5, 0x21, 0), bench.Sense(Access(opcode, 100, 1), new byte[512]));
            Assert.Equal((5, 0x21, 0), bench.Sense(Access(opcode, 99, 2), new byte[1024]));
            bench.Run(Access(opcode, 99, 1), new byte[512], 0);
            Assert.Equal(ScsiStatus.Good, bench.Disk.Status);
        }
    }

    [Fact]
    public void Huge_addresses_and_lengths_are_out_of_range_and_do_not_wrap()
    {
        using ScsiBench bench = ScsiBench.Memory(100);
        Assert.Equal((5, 0x21, 0), bench.Sense(Access(0x88, ulong.MaxValue, uint.MaxValue)));
        Assert.Equal((5, 0x21, 0), bench.Sense(Access(0x88, 1UL << 63, 1)));
        Assert.Equal((5, 0x21, 0), bench.Sense(Access(0xA8, 0, uint.MaxValue)));
        Assert.Equal((5, 0x21, 0), bench.Sense(Access(0x8F, 1, uint.MaxValue)));
        Assert.Equal((5, 0x21, 0), bench.Sense(Access(0x91, 0, 101)));
    }

    [Fact]
    public void Length_0_means_256_blocks_in_the_6_byte_form_and_nothing_in_the_others()
    {
        using ScsiBench bench = ScsiBench.Memory(300);
        bench.Disk.Decode([0x08, 0, 0, 0, 0, 0], 0);
        Assert.Equal(256 * 512, bench.Disk.TransferLength);
        Assert.Equal(256 * 512, bench.Good([0x08, 0, 0, 10, 0, 0]).Length);
        foreach (byte opcode in (byte[])[0x28, 0xA8, 0x88, 0x2A, 0xAA, 0x8A])
        {
            Assert.Empty(bench.Good(Access(opcode, 5, 0)));
            Assert.Equal(ScsiDirection.None, bench.Disk.Direction);
        }
    }

    [Theory]
    [InlineData(0x28)]
    [InlineData(0x2A)]
    [InlineData(0xA8)]
    [InlineData(0x8A)]
    [InlineData(0x2F)]
    public void Protection_information_is_an_invalid_field(byte opcode)
    {
        using ScsiBench bench = ScsiBench.Memory();
        Assert.Equal((5, 0x24, 0), bench.Sense(Access(opcode, 0, 1).With(1, 0x20), new byte[512]));
    }

    [Theory]
    [InlineData(0x2F)]
    [InlineData(0x8F)]
    public void Verify_reads_in_pieces_without_moving_data(byte opcode)
    {
        var image = new FaultyDiskImage(1000);
        using var bench = new ScsiBench(image);
        bench.Disk.Decode(Access(opcode, 0, 1000), 0);
        bench.Disk.Start();
        Assert.Equal((ScsiDirection.None, 0), (bench.Disk.Direction, bench.Disk.Remaining));
        int pieces = 1;
        while (bench.Disk.Work()) pieces++;
        Assert.Equal((8, 65536), (pieces, image.LongestRead));

        image.Unreadable.Add(700);
        Assert.Equal((3, 0x11, 0), bench.Sense(Access(opcode, 0, 1000)));
        Assert.Equal(700, bench.Information());
        bench.Good(Access(opcode, 701, 10));
    }

    [Theory]
    [InlineData(0x2F)]
    [InlineData(0x8F)]
    public void Verify_with_byte_check_compares_the_data(byte opcode)
    {
        using ScsiBench bench = ScsiBench.Memory(300);
        byte[] data = Pattern(200 * 512);
        bench.Good(Access(0x2A, 10, 200), data);
        bench.Good(Access(opcode, 10, 200).With(1, 0x02), data);
        data[^1] ^= 1;
        Assert.Equal((0xE, 0x1D, 0), bench.Sense(Access(opcode, 10, 200).With(1, 0x02), data));
        bench.Good(Access(opcode, 10, 0).With(1, 0x02));
        Assert.Equal((5, 0x24, 0), bench.Sense(Access(opcode, 10, 1).With(1, 0x06), data));
        Assert.Equal((5, 0x24, 0), bench.Sense(Access(opcode, 10, 1).With(1, 0x04), data));
    }

    [Fact]
    public void Verify_with_byte_check_on_a_bad_block_is_a_read_error()
    {
        var image = new FaultyDiskImage(10);
        using var bench = new ScsiBench(image);
        image.Unreadable.Add(4);
        Assert.Equal((3, 0x11, 0), bench.Sense(Access(0x2F, 0, 10).With(1, 0x02), new byte[5120]));
        Assert.Equal(4, bench.Information());
    }

    [Fact]
    public void A_block_that_cannot_be_read_is_named_and_the_blocks_before_it_arrive()
    {
        var image = new FaultyDiskImage(100);
        using var bench = new ScsiBench(image);
        byte[] data = Pattern(100 * 512);
        bench.Good(Access(0x2A, 0, 100), data);
        image.Unreadable.Add(37);
        byte[] read = bench.Run(Access(0x28, 5, 95), null, 0);
        Assert.Equal((ScsiStatus.CheckCondition, 37L), (bench.Disk.Status, bench.Information()));
        Assert.Equal((3, 0x11), (bench.Disk.Sense[2], bench.Disk.Sense[12]));
        Assert.Equal(data[(5 * 512)..(37 * 512)], read);
        Assert.IsType<IOException>(bench.Disk.LastImageError);
        Assert.Equal(data[(38 * 512)..(40 * 512)], bench.Good(Access(0x28, 38, 2)));
    }

    [Fact]
    public void A_block_that_cannot_be_written_is_named()
    {
        var image = new FaultyDiskImage(100);
        using var bench = new ScsiBench(image);
        image.Unwritable.Add(37);
        Assert.Equal((3, 0x0C, 0), bench.Sense(Access(0x2A, 30, 20), Pattern(20 * 512)));
        Assert.Equal(37, bench.Information());
        bench.Good(Access(0x2A, 38, 2), Pattern(1024));
    }

    [Fact]
    public void A_block_beyond_32_bits_leaves_the_information_field_invalid()
    {
        using var file = new TruncatedImage(3L << 40);
        using var bench = new ScsiBench(file);
        Assert.Equal((3, 0x11, 0), bench.Sense(Access(0x88, 5UL << 30, 1)));
        Assert.Equal(-1, bench.Information());
        Assert.Equal((3, 0x11, 0), bench.Sense(Access(0x88, 77, 1)));
        Assert.Equal(77, bench.Information());
    }

    [Fact]
    public void Synchronize_cache_and_force_unit_access_flush_the_image()
    {
        var image = new FaultyDiskImage(100);
        using var bench = new ScsiBench(image);
        bench.Good(Access(0x2A, 0, 1), new byte[512]);
        Assert.Equal(0, image.Flushes);
        bench.Good(Access(0x2A, 0, 1).With(1, 0x08), new byte[512]);
        bench.Good(Access(0x35, 0, 0));
        bench.Good(Access(0x91, 0, 100));
        Assert.Equal(3, image.Flushes);
        image.FlushFails = true;
        Assert.Equal((3, 0x0C, 0), bench.Sense(Access(0x35, 0, 0)));
        Assert.Equal((3, 0x0C, 0), bench.Sense(Access(0x2A, 0, 1).With(1, 0x08), new byte[512]));
    }

    [Fact]
    public void Disposing_the_adapter_closes_the_images()
    {
        var image = new FaultyDiskImage(10);
        var adapter = new FusionMptAdapter([new ScsiDisk(image)]);
        adapter.Dispose();
        Assert.True(image.Disposed);
    }

    [Fact]
    public void Reads_and_writes_that_do_not_fit_the_command_are_misuse()
    {
        using ScsiBench bench = ScsiBench.Memory();
        bench.Disk.Decode(Access(0x28, 0, 1), 0);
        bench.Disk.Start();
        Assert.Throws<ArgumentException>(() => bench.Disk.Read(new byte[100]));
        Assert.Throws<ArgumentException>(() => bench.Disk.Write(new byte[512]));
        bench.Disk.Decode(Access(0x2A, 0, 1), 0);
        bench.Disk.Start();
        Assert.Throws<ArgumentException>(() => bench.Disk.Write(new byte[1024]));
        Assert.Throws<ArgumentException>(() => bench.Disk.Write(new byte[100]));
    }

    [Fact]
    public void A_medium_error_travels_through_the_adapter()
    {
        var image = new FaultyDiskImage(100);
        using var bench = new FusionBench(disks: [new ScsiDisk(image)]);
        bench.BringUp();
        bench.ClearAttention(0);
        image.Unreadable.Add(50);
        byte[] reply = bench.RunForFrame(FusionBench.ReadBlocks(3, 40, 20));
        Assert.Equal((0x45, 2, 1, 5120u), (FusionBench.Get16(reply, 0x0E), reply[0x0C], reply[0x0D], FusionBench.Get(reply, 0x14)));
        Assert.Equal((3, 0x11), bench.Sense());
        Assert.Equal(50u, BinaryPrimitives.ReadUInt32BigEndian(bench.Port.At(FusionBench.SenseBuffer + 3, 4)));
    }

    [Fact]
    public void Verify_with_byte_check_runs_through_the_adapter()
    {
        using FusionBench bench = FusionBench.Ready();
        Pattern(1024).CopyTo(bench.Port.At(FusionBench.Data, 1024));
        bench.Run(FusionBench.WriteBlocks(1, 0, 2));
        byte[] verify = FusionBench.ScsiIo(FusionBench.Cdb10(0x2F, 0, 2).With(1, 2), 2, 1024, 0x01000000);
        Assert.Equal(2u, bench.Run(verify));
        bench.Port.At(FusionBench.Data, 1024)[600] ^= 1;
        byte[] reply = bench.RunForFrame(verify);
        Assert.Equal((0, 2), (FusionBench.Get16(reply, 0x0E), reply[0x0C]));
        Assert.Equal((0xE, 0x1D), bench.Sense());
        Assert.Equal(3u, bench.Run(FusionBench.ScsiIo(FusionBench.Cdb10(0x2F, 0, 2000), 3, 0, 0)));
    }

    private static byte[] Access(byte opcode, ulong block, uint blocks)
    {
        byte[] cdb;
        switch (opcode >> 5)
        {
            case 0:
                cdb = [opcode, (byte)(block >> 16), (byte)(block >> 8), (byte)block, (byte)blocks, 0];
                break;
            case 4:
                cdb = new byte[16];
                BinaryPrimitives.WriteUInt64BigEndian(cdb.AsSpan(2), block);
                BinaryPrimitives.WriteUInt32BigEndian(cdb.AsSpan(10), blocks);
                break;
            case 5:
                cdb = new byte[12];
                BinaryPrimitives.WriteUInt32BigEndian(cdb.AsSpan(2), (uint)block);
                BinaryPrimitives.WriteUInt32BigEndian(cdb.AsSpan(6), blocks);
                break;
            default:
                cdb = FusionBench.Cdb10(opcode, (uint)block, (ushort)blocks);
                break;
        }

        cdb[0] = opcode;
        return cdb;
    }

    private static byte[] Pattern(int length)
    {
        byte[] data = new byte[length];
        new Random(13).NextBytes(data);
        return data;
    }

    /// <summary>Promises a length and has no bytes at all.</summary>
    private sealed class TruncatedImage(long length) : DiskImage
    {
        public override long Length => length;

        public override bool IsReadOnly => false;

        public override void Read(long offset, Span<byte> destination) => throw new EndOfStreamException();

        public override void Write(long offset, ReadOnlySpan<byte> source) => throw new UnauthorizedAccessException();

        public override void Flush()
        {
        }
    }
}
