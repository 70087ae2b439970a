namespace DmaKit.Verification.Tests.Memory;

/// <summary>Memory that a device fills holds a pattern until the mapping ends, and nothing of it stays behind.</summary>
public sealed class MappedPatternTests
{
    private const byte Mapped = 0xCD;

    [Fact]
    public async Task Data_that_is_read_too_early_is_plainly_wrong()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        byte[] data = Numbered(100);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, out DmaMapping mapping));
        Assert.All(data, b => Assert.Equal(Mapped, b));
        bench.EduWrites(mapping.Elements[0].Address, 100);
        Assert.All(data, b => Assert.Equal(Mapped, b));
        mapping.Complete(100);
        Assert.All(data, b => Assert.Equal(0, b));
        Assert.Empty(bench.Verifier.Reports);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(100)]
    public async Task What_lies_beyond_the_bytes_transferred_is_as_it_was(int transferred)
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        byte[] data = Numbered(100);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, out DmaMapping mapping));
        mapping.Complete(transferred);
        Assert.Equal(Numbered(100)[transferred..], data[transferred..]);
        Assert.All(data[..transferred], b => Assert.Equal(0, b));
        Assert.Empty(bench.Verifier.Reports);
    }

    [Fact]
    public async Task An_abandoned_mapping_leaves_all_as_it_was()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        byte[] data = Numbered(100);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, out DmaMapping mapping));
        mapping.Dispose();
        Assert.Equal(Numbered(100), data);
        Assert.Empty(bench.Verifier.Reports);
    }

    [Fact]
    public async Task A_command_that_times_out_leaves_all_as_it_was()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        await using CommandPool<BenchPacket, int> pool = bench.Commands();
        byte[] data = Numbered(100);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, out DmaMapping mapping));
        Task<CommandOutcome<int>> read = bench.Post(pool, mapping, out _);
        bench.Machine.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(CommandStatus.TimedOut, (await read).Status);
        Assert.Equal(Numbered(100), data);
        bench.Dma.DeclareQuiet();
        bench.Machine.RunUntilIdle();
        Assert.Empty(bench.Verifier.Reports);
    }

    [Fact]
    public async Task Data_that_goes_both_ways_reaches_the_device()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        byte[] data = Numbered(100);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.Both, out DmaMapping mapping));
        Assert.Equal(Numbered(100), data);
        bench.EduReads(mapping.Elements[0].Address, 100);
        bench.EduWrites(mapping.Elements[0].Address, 100);
        mapping.Complete(100);
        Assert.Equal(Numbered(100), data);
        Assert.Empty(bench.Verifier.Reports);
    }

    [Fact]
    public async Task A_part_of_a_chain_is_filled_and_nothing_beside_it()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        byte[] first = Numbered(100);
        byte[] second = Numbered(100);
        using BufferChain chain = BufferChain.Rent();
        chain.Add(first);
        chain.Add(second);
        Assert.True(bench.Dma.TryMap(chain.Range(90, 20), DmaDirection.FromDevice, out DmaMapping mapping));
        Assert.Equal(Numbered(100)[..90], first[..90]);
        Assert.All(first[90..], b => Assert.Equal(Mapped, b));
        Assert.All(second[..10], b => Assert.Equal(Mapped, b));
        Assert.Equal(Numbered(100)[10..], second[10..]);
        mapping.Complete(5);
        Assert.All(first[90..95], b => Assert.Equal(0, b));
        Assert.Equal(Numbered(100)[95..], first[95..]);
        Assert.Equal(Numbered(100), second);
        Assert.Empty(bench.Verifier.Reports);
    }

    [Fact]
    public async Task Room_in_front_of_coalesced_data_is_none_of_it()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        using BlockPool blocks = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 2048, Count = 4, Name = "frames" });
        var options = new MappingOptions { Coalescer = new Coalescer(blocks, new CoalescerOptions { Policy = CoalescingPolicy.Whole, Headroom = 14 }) };
        byte[] data = Numbered(100);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, options, out DmaMapping mapping));
        Assert.All(data, b => Assert.Equal(Mapped, b));
        mapping.Complete(40);
        Assert.All(data[..40], b => Assert.Equal(0, b));
        Assert.Equal(Numbered(100)[40..], data[40..]);
        Assert.Empty(bench.Verifier.Reports);
    }

    [Fact]
    public async Task Of_much_data_the_first_MiB_is_filled()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        byte[] data = Numbered((1 << 20) + 8192);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, out DmaMapping mapping));
        Assert.Equal(-1, data.AsSpan(0, 1 << 20).IndexOfAnyExcept(Mapped));
        Assert.Equal(Numbered(data.Length)[(1 << 20)..], data[(1 << 20)..]);
        mapping.Complete(10);
        Assert.Equal(Numbered(data.Length)[10..], data[10..]);
        Assert.Empty(bench.Verifier.Reports);
    }

    [Fact]
    public async Task What_the_program_wrote_is_told_and_stays()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        byte[] data = Numbered(100);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, out DmaMapping mapping));
        data[70] = 0xEE;
        mapping.Complete(40);
        byte[] expected = Numbered(100);
        expected.AsSpan(0, 40).Clear();
        expected[70] = 0xEE;
        Assert.Equal(expected, data);
        VerifierReport report = Assert.Single(bench.Verifier.Reports);
        Assert.Equal("DMK2002", report.Rule.Id);
        Assert.StartsWith("byte 70 of 100 was written (0xEE)", report.Message, StringComparison.Ordinal);
        Assert.Contains("MappedPatternTests.cs", report.Origin.Place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_that_the_device_reaches_where_it_lies_is_left_alone()
    {
        await using RuleBench bench = await RuleBench.OpenAsync(new RuleOptions());
        using Platforms.SystemBuffer memory = bench.Machine.Platform.AllocateSystemBuffer(4096);
        memory.Memory(0, 4096).Span.Fill(7);
        Assert.True(bench.Dma.TryMap(memory.Memory(0, 4096), DmaDirection.FromDevice, out DmaMapping mapping));
        Assert.Equal(4096, mapping.DirectBytes);
        Assert.Equal(-1, memory.Memory(0, 4096).Span.IndexOfAnyExcept((byte)7));
        mapping.Complete(0);
        Assert.Empty(bench.Verifier.Reports);
    }

    private static byte[] Numbered(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte)((i % 100) + 1);
        return bytes;
    }
}
