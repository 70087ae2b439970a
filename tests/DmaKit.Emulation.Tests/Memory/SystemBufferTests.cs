using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class SystemBufferTests
{
    private const int Page = 4096;

    [Fact]
    public async Task Scattered_frames_look_like_one_range()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Fragmentation = 0.95, Seed = 3, Stepped = true });
        DomainMemory memory = await FragmentationTests.MemoryOfAsync(machine);
        using SystemBuffer buffer = machine.AllocateSystemBuffer(1 << 20);
        byte[] data = EduProgram.Pattern(1 << 20, seed: 3);
        data.CopyTo(buffer.Span(0, data.Length));

        // Every page is where the translation says, seen through the arena.
        var seen = new List<ulong>();
        for (long at = 0; at < buffer.Length;)
        {
            Assert.True(memory.TryTranslate(buffer.HostAddress + (nint)at, buffer.Length - at, out LogicalAddress logical, out long contiguous));
            var back = new byte[contiguous];
            Assert.True(((LogicalMemory)memory).TryRead(logical.Value, back, out _, out _));
            Assert.True(data.AsSpan((int)at, (int)contiguous).SequenceEqual(back));
            seen.Add(logical.Value);
            at += contiguous;
        }

        Assert.True(seen.Count > 64, $"only {seen.Count} pieces");
    }

    [Fact]
    public async Task A_translation_starts_at_any_byte()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Stepped = true });
        DomainMemory memory = await FragmentationTests.MemoryOfAsync(machine);
        using SystemBuffer buffer = machine.AllocateSystemBuffer(3 * Page);
        Assert.True(memory.TryTranslate(buffer.HostAddress, 3 * Page, out LogicalAddress start, out _));
        Assert.True(memory.TryTranslate(buffer.HostAddress + 77, 10, out LogicalAddress logical, out long contiguous));
        Assert.Equal(start + 77, logical);
        Assert.Equal(10, contiguous);
        Assert.False(memory.TryTranslate(1234, 10, out _, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Above_4G_when_asked(bool above)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 80 << 20, LowMemoryBytes = 16 << 20, SystemBuffersAbove4G = above, Stepped = true });
        DomainMemory memory = await FragmentationTests.MemoryOfAsync(machine);
        using SystemBuffer buffer = machine.AllocateSystemBuffer(Page);
        Assert.True(memory.TryTranslate(buffer.HostAddress, Page, out LogicalAddress logical, out _));
        Assert.Equal(above, logical.Value >= 1UL << 32);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Late_accesses_find_memory_until_the_machine_closes(bool iommu)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Fragmentation = 0.95, Iommu = iommu, Stepped = true });
        SystemBuffer buffer = machine.AllocateSystemBuffer(64 * Page);
        Memory<byte> memory = buffer.Memory();
        memory.Span.Fill(0xAA);
        buffer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => buffer.Memory());
        Assert.False(memory.Span.ContainsAnyExcept((byte)0));
        memory.Span.Fill(0xBB);

        // What was written late reached nobody: the frames are handed out as zeros.
        Assert.Equal(0, machine.Statistics.UsedBytes);
        using SystemBuffer next = machine.AllocateSystemBuffer(machine.Statistics.FreeBytes);
        for (long at = 0; at < next.Length; at += Page) Assert.Equal(0, next.Span(at, 1)[0]);
    }

    [Fact]
    public async Task CB7_memory_is_zeroed_when_handed_out_again()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 4 << 20, Stepped = true });
        for (int round = 0; round < 3; round++)
        {
            foreach (int pages in new[] { 1, 16, 500 })
            {
                using SystemBuffer buffer = machine.AllocateSystemBuffer(pages * Page);
                Assert.False(buffer.Span(0, pages * Page).ContainsAnyExcept((byte)0));
                buffer.Span(0, pages * Page).Fill(0xFF);
            }
        }
    }

    [Fact]
    public async Task Too_many_mappings_name_the_setting_and_take_nothing()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Fragmentation = 1.0, Stepped = true, MappingLimit = 100 });
        using SystemBuffer small = machine.AllocateSystemBuffer(50 * Page);
        long used = machine.Statistics.UsedBytes;

        var error = Assert.Throws<DmaResourceException>(() => machine.AllocateSystemBuffer(60 * Page));

        Assert.Contains("vm.max_map_count", error.Message, StringComparison.Ordinal);
        Assert.Contains("sysctl -w vm.max_map_count=", error.Message, StringComparison.Ordinal);
        Assert.Equal(used, machine.Statistics.UsedBytes);
        Assert.Equal(51, machine.Statistics.HostMappings);
        small.Dispose();
        Assert.Equal(0, machine.Statistics.HostMappings);
        machine.AllocateSystemBuffer(60 * Page).Dispose();
    }

    [Fact]
    public async Task Out_of_memory_says_how_much_there_is()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 1 << 20, Stepped = true });
        var error = Assert.Throws<DmaResourceException>(() => machine.AllocateSystemBuffer(1 << 20));
        Assert.Equal((1 << 20) - Page, error.LargestAvailable);
        Assert.Equal(0, machine.Statistics.UsedBytes);
    }

    [Fact]
    public async Task Where_frames_cannot_be_mapped_a_buffer_is_one_run()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, PlainMemory = true, Stepped = true });
        DomainMemory memory = await FragmentationTests.MemoryOfAsync(machine);
        SystemBuffer buffer = machine.AllocateSystemBuffer(100 * Page);
        Assert.True(memory.TryTranslate(buffer.HostAddress, 100 * Page, out _, out long contiguous));
        Assert.Equal(100 * Page, contiguous);
        Memory<byte> late = buffer.Memory();
        buffer.Dispose();
        late.Span[5] = 1;

        await using var fragmented = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, PlainMemory = true, Fragmentation = 1.0, Stepped = true });
        Assert.Throws<DmaResourceException>(() => fragmented.AllocateSystemBuffer(2 * Page));
    }

    [Fact]
    public async Task Sixty_four_GiB_cost_next_to_nothing()
    {
        long before = Environment.WorkingSet;
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 64L << 30, Stepped = true });
        DomainMemory memory = await FragmentationTests.MemoryOfAsync(machine);
        Assert.True(memory.TryAllocate(FragmentationTests.Request(8L << 30), out MemoryRun run));
        Assert.True(run.Logical.Value >= 1UL << 32);
        Emulation.Native.DeviceCopy.Write(run.Host + (nint)(run.Length - Page), [1, 2, 3]);
        long grown = Environment.WorkingSet - before;
        Assert.True(grown < 512L << 20, $"the process grew by {grown} bytes");
    }
}
