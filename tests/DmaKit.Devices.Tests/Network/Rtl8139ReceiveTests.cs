using System.Buffers.Binary;

namespace DmaKit.Devices.Tests;

public sealed class Rtl8139ReceiveTests
{
    private const uint Wrapping = 0x0F, NotWrapping = 0x8F;

    [Fact]
    public void A_frame_lies_in_the_ring_with_header_and_checksum()
    {
        using var bench = new CardBench().Start();
        byte[] frame = [.. CardBench.Frame(6), .. "123456789"u8];
        bench.ToCard(frame);
        (ushort status, int length, byte[] bytes) = bench.Record(0);
        Assert.Equal(0x2001, status);
        Assert.Equal(frame.Length + 4, length);
        Assert.Equal(frame, bytes[..^4]);
        Assert.Equal(Crc(frame), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(frame.Length)));
        Assert.Equal((uint)(4 + length + 3 & ~3), bench.Read(CardBench.Cbr, 2));
        Assert.Equal(0u, bench.Read(CardBench.Cr, 1) & 1);
        Assert.Equal(0x0001u, bench.Read(CardBench.Isr, 2));
        bench.Write(CardBench.Capr, bench.Read(CardBench.Cbr, 2) - 16, 2);
        Assert.Equal(1u, bench.Read(CardBench.Cr, 1) & 1);
    }

    [Fact]
    public void The_checksum_is_the_one_of_IEEE_802_3() => Assert.Equal(0xCBF43926u, Crc("123456789"u8));

    [Theory]
    [InlineData(NotWrapping, 8192)]
    [InlineData(Wrapping, 8192)]
    [InlineData(NotWrapping | 3 << 11, 65536)]
    [InlineData(Wrapping | 1 << 11, 16384)]
    public void Records_pass_the_end_of_the_ring_as_the_wrap_bit_says(uint rcr, int ring)
    {
        using var bench = new CardBench().Start(rcr);
        bool splits = (rcr & 0x80) == 0 || ring == 65536;
        int at = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] frame = CardBench.Frame(60 + i * 7 % 1455, (byte)i);
            bench.ToCard(frame);
            byte[] record = new byte[8 + frame.Length];
            for (int b = 0; b < record.Length; b++) record[b] = bench.Port.Memory[CardBench.Ring + (splits ? (at + b) % ring : at + b)];
            Assert.Equal(frame, record[4..^4]);
            at = (at + (8 + frame.Length + 3 & ~3)) % ring;
            Assert.Equal((uint)at, bench.Read(CardBench.Cbr, 2));
            bench.Write(CardBench.Capr, (ushort)(at - 16), 2);
        }
    }

    [Fact]
    public void A_ring_that_is_full_misses_frames_and_counts_them()
    {
        using var bench = new CardBench(waits: false).Start();
        for (int i = 0; i < 12; i++) bench.ToCard(CardBench.Frame(1000, (byte)i));
        Assert.Equal(0x0011u, bench.Read(CardBench.Isr, 2));
        Assert.Equal(4u, bench.Read(CardBench.Mpc));
        Assert.Equal(8u * 1008, bench.Read(CardBench.Cbr, 2));
        for (int i = 0; i < 8; i++) Assert.Equal((byte)i, bench.Record(1008 * i).Bytes[999]);
        bench.Write(CardBench.Mpc, 0);
        Assert.Equal(0u, bench.Read(CardBench.Mpc));
        bench.Write(CardBench.Capr, 1008 - 16, 2);
        bench.ToCard(CardBench.Frame(1000, 99));
        Assert.Equal((8u * 1008 + 1008) % 8192, bench.Read(CardBench.Cbr, 2));
    }

    [Fact]
    public void A_ring_is_never_filled_to_the_last_byte()
    {
        using var bench = new CardBench(waits: false).Start();
        for (int i = 0; i < 7; i++) bench.ToCard(CardBench.Frame(1016));
        bench.ToCard(CardBench.Frame(1016));
        Assert.Equal(1u, bench.Read(CardBench.Mpc));
        bench.ToCard(CardBench.Frame(1012));
        Assert.Equal(1u, bench.Read(CardBench.Mpc));
        Assert.Equal(0u, bench.Read(CardBench.Cr, 1) & 1);
        Assert.Equal(8188u, bench.Read(CardBench.Cbr, 2));
    }

    [Fact]
    public void On_a_wire_that_waits_nothing_is_missed()
    {
        using var bench = new CardBench();
        for (int i = 0; i < 20; i++) Assert.True(bench.Wire.TrySendToCard(CardBench.Frame(1000, (byte)i)));
        bench.Start();
        Assert.Equal(0u, bench.Read(CardBench.Mpc));
        int read = 0;
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal((byte)i, bench.Record(read).Bytes[990]);
            read = (read + 1008) & 8191;
            bench.Write(CardBench.Capr, (ushort)(read - 16), 2);
            bench.Port.RunTurns();
        }

        Assert.Equal(1u, bench.Read(CardBench.Cr, 1) & 1);
        Assert.Equal(20, bench.Card.Counters.Commands);
    }

    [Theory]
    [InlineData(0x01u, "all", true, 0x0001)]
    [InlineData(0x01u, "us", true, 0x4001)]
    [InlineData(0x02u, "us", true, 0x4001)]
    [InlineData(0x02u, "all", false, 0)]
    [InlineData(0x02u, "broadcast", false, 0)]
    [InlineData(0x08u, "broadcast", true, 0x2001)]
    [InlineData(0x04u, "broadcast", false, 0)]
    [InlineData(0x04u, "group", true, 0x8001)]
    [InlineData(0x04u, "other group", false, 0)]
    [InlineData(0x0Au, "group", false, 0)]
    [InlineData(0x00u, "us", false, 0)]
    public void Filters_let_through_what_they_should(uint filter, string to, bool accepted, int status)
    {
        using var bench = new CardBench(waits: false).Start(0x80 | filter);

        // 01:00:5e:00:00:01, all hosts, falls on bit 31 of the multicast filter.
        bench.Write(0x08, 0x8000_0000);
        byte[] address = to switch
        {
            "us" => [0x52, 0x54, 0x00, 0x12, 0x34, 0x56],
            "broadcast" => [255, 255, 255, 255, 255, 255],
            "group" => [0x01, 0x00, 0x5E, 0x00, 0x00, 0x01],
            "other group" => [0x01, 0x00, 0x5E, 0x00, 0x00, 0x02],
            _ => [0x02, 1, 2, 3, 4, 5],
        };
        bench.ToCard([.. address, .. new byte[54]]);
        Assert.Equal(accepted, (bench.Read(CardBench.Cr, 1) & 1) == 0);
        if (accepted) Assert.Equal(status, bench.Record(0).Status);
        Assert.Equal(0u, bench.Read(CardBench.Mpc));
    }

    [Fact]
    public void A_receiver_that_is_off_receives_nothing()
    {
        using var bench = new CardBench(waits: false).Start();
        bench.Write(CardBench.Cr, 0x04, 1);
        bench.ToCard(CardBench.Frame(60));
        Assert.Equal(0u, bench.Read(CardBench.Cbr, 2));
        Assert.Equal(0, bench.Card.Counters.Commands);
    }

    [Fact]
    public void A_ring_out_of_reach_loses_the_frame_and_says_so()
    {
        using var bench = new CardBench().Start();
        bench.Port.Refused.Add(new LogicalRange(new LogicalAddress(CardBench.Ring), 1));
        bench.ToCard(CardBench.Frame(60));
        Assert.Equal(0x8000u, bench.Read(CardBench.Isr, 2));
        Assert.Equal(0u, bench.Read(CardBench.Cbr, 2));
    }

    [Fact]
    public void A_frame_that_the_slack_has_no_room_for_is_dropped()
    {
        using var bench = new CardBench().Start();
        bench.ToCard(CardBench.Frame(Rtl8139Device.LongestReceived + 1));
        Assert.Equal(0u, bench.Read(CardBench.Cbr, 2));
        bench.ToCard(CardBench.Frame(Rtl8139Device.LongestReceived));
        Assert.Equal(Rtl8139Device.LongestReceived + 4, bench.Record(0).Length);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
