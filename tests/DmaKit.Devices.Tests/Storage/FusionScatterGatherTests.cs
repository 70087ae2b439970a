using System.Buffers.Binary;

namespace DmaKit.Devices.Tests;

public sealed class FusionScatterGatherTests
{
    private const uint Last = 0x80000000;
    private const uint EndOfBuffer = 0x40000000;
    private const uint Simple = 0x10000000;
    private const uint Chain = 0x30000000;
    private const uint Wide = 0x02000000;
    private const uint EndOfList = 0x01000000;
    private const uint Final = Last | EndOfBuffer | Simple | EndOfList;

    private const int InvalidSgl = 3;
    private const int InternalError = 4;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Elements_of_odd_lengths_are_filled_in_order(bool wide)
    {
        using FusionBench bench = Prepared(4, out byte[] disk);
        var list = new List<byte>();
        (uint Length, ulong At)[] parts = [(1, 0x60000), (511, 0x50003), (0, 0x40000), (1000, 0x41001), (536, 0x70000)];
        for (int i = 0; i < parts.Length; i++) Element(list, (i == parts.Length - 1 ? Final : Simple) | parts[i].Length, parts[i].At, wide);
        Assert.Equal(9u, bench.Run(WithList(FusionBench.ReadBlocks(9, 0, 4), list)));
        Assert.Equal(disk, Collect(bench, parts));
    }

    [Fact]
    public void Writes_gather_in_order()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] data = new byte[1024];
        new Random(3).NextBytes(data);
        data.AsSpan(0, 700).CopyTo(bench.Port.At(0x50000, 700));
        data.AsSpan(700).CopyTo(bench.Port.At(0x60001, 324));
        var list = new List<byte>();
        Element(list, Simple | 700, 0x50000);
        Element(list, Final | 324, 0x60001);
        Assert.Equal(9u, bench.Run(WithList(FusionBench.WriteBlocks(9, 5, 2), list)));
        Assert.Equal(10u, bench.Run(FusionBench.ReadBlocks(10, 5, 2)));
        Assert.Equal(data, bench.Port.At(FusionBench.Data, 1024).ToArray());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(34, true)]
    public void Chains_are_followed_level_by_level(int levels, bool wide)
    {
        using FusionBench bench = Prepared(levels + 1, out byte[] disk);
        byte[] frame = FusionBench.ReadBlocks(9, 0, (ushort)(levels + 1));
        var list = new List<byte>();
        Element(list, Last | Simple | 512, FusionBench.Data);
        frame[2] = (byte)((0x30 + list.Count) / 4);
        int chainLength = wide ? 12 : 8;
        for (int level = 1; level <= levels; level++)
        {
            bool end = level == levels;
            uint length = (uint)(end ? 8 : 8 + chainLength);
            uint next = end ? 0u : 2u;
            Element(list, Chain | next << 16 | length, FusionBench.Chains + (ulong)(level * 32), wide);
            if (level == 1) frame = WithList(frame, list);
            else list.ToArray().CopyTo(bench.Port.At(FusionBench.Chains + (ulong)((level - 1) * 32), list.Count));
            list.Clear();
            Element(list, (end ? Final : Last | Simple) | 512, FusionBench.Data + (ulong)(level * 512));
        }

        list.ToArray().CopyTo(bench.Port.At(FusionBench.Chains + (ulong)(levels * 32), list.Count));
        Assert.Equal(9u, bench.Run(frame));
        Assert.Equal(disk, bench.Port.At(FusionBench.Data, disk.Length).ToArray());
    }

    [Fact]
    public void A_list_longer_than_a_turn_s_share_is_read_in_several_turns()
    {
        using FusionBench bench = FusionBench.Ready(blocks: 64);
        byte[] frame = FusionBench.ReadBlocks(9, 0, 8);
        var chain = new List<byte>();
        for (int i = 0; i < 4096; i++) Element(chain, (i == 4095 ? Final : Simple) | 1, FusionBench.Data + (ulong)i);
        chain.ToArray().CopyTo(bench.Port.At(0x80000, chain.Count));
        var list = new List<byte>();
        Element(list, Chain | (uint)chain.Count, 0x80000);
        frame[2] = 0x30 / 4;
        bench.Post(WithList(frame, list));
        Assert.True(bench.Port.RunTurns() >= 4);
        Assert.Equal(9u, bench.Read(0x44));
    }

    [Fact]
    public void An_element_longer_than_the_data_is_used_in_part()
    {
        using FusionBench bench = Prepared(1, out byte[] disk);
        bench.Port.At(FusionBench.Data, 1024).Fill(0xEE);
        var list = new List<byte>();
        Element(list, Final | 0xFFFFFF, FusionBench.Data);
        Assert.Equal(9u, bench.Run(WithList(FusionBench.ReadBlocks(9, 0, 1), list)));
        Assert.Equal(disk, bench.Port.At(FusionBench.Data, 512).ToArray());
        Assert.Equal(0xEE, bench.Port.At(FusionBench.Data, 1024)[512]);
    }

    [Fact]
    public void A_list_shorter_than_the_data_is_invalid_and_nothing_is_written()
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Port.At(FusionBench.Data, 512).Fill(0x77);
        var list = new List<byte>();
        Element(list, Final | 511, FusionBench.Data);
        AssertStatus(bench, WithList(FusionBench.WriteBlocks(9, 0, 1), list), InvalidSgl);
        bench.Run(FusionBench.ReadBlocks(10, 0, 1));
        Assert.Equal(0, bench.Port.At(FusionBench.Data, 1)[0]);
    }

    [Theory]
    [InlineData(0x00000000u)]
    [InlineData(0x20000000u)]
    [InlineData(0xFFFFFFFFu)]
    public void An_element_of_another_type_is_invalid(uint flags)
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, flags, FusionBench.Data);
        AssertStatus(bench, WithList(FusionBench.ReadBlocks(9, 0, 1), list), InvalidSgl);
    }

    [Fact]
    public void A_segment_that_ends_without_a_chain_is_invalid()
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, Last | Simple | 100, FusionBench.Data);
        AssertStatus(bench, WithList(FusionBench.ReadBlocks(9, 0, 1), list), InvalidSgl);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(128)]
    [InlineData(255)]
    public void A_chain_offset_before_the_element_or_behind_the_frame_is_invalid(byte offset)
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, Last | Simple | 100, FusionBench.Data);
        byte[] frame = WithList(FusionBench.ReadBlocks(9, 0, 1), list);
        frame[2] = offset;
        AssertStatus(bench, frame, InvalidSgl);
    }

    [Fact]
    public void A_simple_element_where_the_chain_should_be_is_invalid()
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, Last | Simple | 100, FusionBench.Data);
        Element(list, Final | 412, FusionBench.Data);
        byte[] frame = WithList(FusionBench.ReadBlocks(9, 0, 1), list);
        frame[2] = 0x38 / 4;
        AssertStatus(bench, frame, InvalidSgl);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(7u)]
    public void A_chain_segment_too_short_for_an_element_is_invalid(uint length)
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, Chain | length, FusionBench.Chains);
        AssertStatus(bench, WithList(FusionBench.ReadBlocks(9, 0, 1), list), InvalidSgl);
    }

    [Fact]
    public void An_element_that_leaves_its_segment_is_invalid()
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, Chain | 8, FusionBench.Chains);
        var chain = new List<byte>();
        Element(chain, Final | 512, FusionBench.Data, wide: true);
        chain.ToArray().CopyTo(bench.Port.At(FusionBench.Chains, chain.Count));
        AssertStatus(bench, WithList(FusionBench.ReadBlocks(9, 0, 1), list), InvalidSgl);
    }

    [Fact]
    public void A_chain_that_leads_to_itself_ends_as_invalid()
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, Chain | 8, FusionBench.Chains);
        list.ToArray().CopyTo(bench.Port.At(FusionBench.Chains, 8));
        AssertStatus(bench, WithList(FusionBench.ReadBlocks(9, 0, 1), list), InvalidSgl);
    }

    [Fact]
    public void A_loop_of_empty_elements_ends_as_invalid_in_bounded_turns()
    {
        using FusionBench bench = FusionBench.Ready();
        const uint length = 0xFFF8;
        var chain = new List<byte>();
        while (chain.Count < length - 8) Element(chain, Simple, FusionBench.Data);
        Element(chain, Chain | length, 0x80000);
        chain.ToArray().CopyTo(bench.Port.At(0x80000, chain.Count));
        var list = new List<byte>();
        Element(list, Chain | length, 0x80000);
        bench.Post(WithList(FusionBench.ReadBlocks(9, 0, 1), list));
        long worst = 0;
        int turns = 0;
        for (long before = bench.Port.MemoryCalls; bench.Port.Turn(); before = bench.Port.MemoryCalls, turns++)
            worst = Math.Max(worst, bench.Port.MemoryCalls - before);
        Assert.True(worst <= 1100, $"One turn touched memory {worst} times.");
        Assert.InRange(turns, 200, 300);
        Assert.Equal(InvalidSgl, FusionBench.Get16(bench.ReplyFrame(bench.Read(0x44)), 0x0E));
    }

    [Fact]
    public void A_chain_segment_that_the_platform_refuses_is_an_internal_error()
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, Chain | 12, ulong.MaxValue - 3, wide: true);
        AssertStatus(bench, WithList(FusionBench.ReadBlocks(9, 0, 1), list), InternalError);
    }

    [Fact]
    public void Data_that_runs_over_the_end_of_the_address_space_is_refused()
    {
        using FusionBench bench = FusionBench.Ready();
        var list = new List<byte>();
        Element(list, Final | 1024, ulong.MaxValue - 100, wide: true);
        AssertStatus(bench, WithList(FusionBench.ReadBlocks(9, 0, 2), list), 0x46);
    }

    private static void AssertStatus(FusionBench bench, byte[] frame, int status)
    {
        byte[] reply = bench.RunForFrame(frame);
        Assert.Equal((status, 4, 0u), (FusionBench.Get16(reply, 0x0E), reply[0x0D], FusionBench.Get(reply, 0x14)));
        Assert.Equal(99u, bench.Run(FusionBench.TestUnitReady(99)));
    }

    private static FusionBench Prepared(int blocks, out byte[] disk)
    {
        FusionBench bench = FusionBench.Ready();
        disk = new byte[blocks * 512];
        new Random(5).NextBytes(disk);
        disk.CopyTo(bench.Port.At(FusionBench.Data, disk.Length));
        bench.Run(FusionBench.WriteBlocks(1, 0, (ushort)blocks));
        bench.Port.At(FusionBench.Data, disk.Length).Clear();
        return bench;
    }

    private static void Element(List<byte> list, uint flags, ulong address, bool wide = false)
    {
        byte[] element = new byte[12];
        BinaryPrimitives.WriteUInt32LittleEndian(element, wide ? flags | Wide : flags);
        BinaryPrimitives.WriteUInt64LittleEndian(element.AsSpan(4), address);
        list.AddRange(element.AsSpan(0, wide ? 12 : 8));
    }

    private static byte[] WithList(byte[] frame, List<byte> list)
    {
        list.ToArray().CopyTo(frame, 0x30);
        return frame;
    }

    private static byte[] Collect(FusionBench bench, (uint Length, ulong At)[] parts)
    {
        var bytes = new List<byte>();
        foreach ((uint length, ulong at) in parts) bytes.AddRange(bench.Port.At(at, (int)length));
        return [.. bytes];
    }
}
