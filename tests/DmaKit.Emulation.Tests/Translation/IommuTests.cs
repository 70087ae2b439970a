using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class IommuTests
{
    private const int Page = 4096;

    [Fact]
    public async Task CB1_contiguous_to_the_device_where_no_frames_are()
    {
        await using var machine = NewMachine(fragmentation: 1.0);
        var probe = new ProbeDevice();
        await using PciFunction function = await OpenAsync(machine, probe);
        DomainMemory memory = function.Domain.Memory;

        Assert.True(memory.Translates);
        Assert.True(memory.TryAllocate(new RunRequest(64 * Page, default, new LogicalAddress(0xFFFFFFFF), 16 * Page, 64 * Page), out MemoryRun run));
        Assert.True(run.Logical.IsAligned(64 * Page));
        byte[] data = EduProgram.Pattern(64 * Page, seed: 5);
        Assert.True(probe.Host.TryWrite(run.Logical, data));
        Assert.Equal(data, DmaKit.Native.HostMemory.Span(run.Host, data.Length).ToArray());

        // The IOMMU's addresses are not the frames': the same number is nobody's, or somebody else's, without it.
        Assert.True(memory.TryTranslate(run.Host + 5, 100, out LogicalAddress logical, out long contiguous));
        Assert.Equal(run.Logical + 5, logical);
        Assert.Equal(100, contiguous);
        Assert.Equal(1, machine.Statistics.IommuMaps);
    }

    [Fact]
    public async Task Logical_addresses_are_never_physical_ones()
    {
        await using var machine = NewMachine(fragmentation: 0.5);
        await using PciFunction function = await OpenAsync(machine, new ProbeDevice());
        var arena = new List<MemoryRun>();
        while (function.Domain.Memory.TryAllocate(FragmentationTests.Request(Page, 0xFFFFFF), out MemoryRun run)) arena.Add(run);
        Assert.True(arena.Count > 1000);
        foreach (MemoryRun run in arena)
        {
            Assert.True(machine.TryPhysical(run.Host, out ulong physical));
            Assert.NotEqual(physical, run.Logical.Value);
            Assert.True(run.Logical.Value + Page - 1 <= 0xFFFFFF);
        }
    }

    [Fact]
    public async Task What_is_not_mapped_faults_and_is_reported_with_the_nearest_buffer()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        await using PciFunction function = await OpenAsync(machine, probe);
        await using DmaAdapter dma = function.CreateAdapter(new() { AddressBits = 32 });
        using CommonBuffer buffer = dma.AllocateCommonBuffer(Page, new() { Name = "ring" });

        Assert.False(probe.Host.TryWrite(buffer.LogicalAddress + (Page - 8), new byte[16]));
        Assert.Empty(function.Domain.Faults);
        machine.RunUntilIdle();

        DmaFault fault = Assert.Single(function.Domain.Faults);
        Assert.Equal((function.Info.Address, buffer.LogicalAddress + Page, 8L, true), (fault.Device, fault.Address, fault.Length, fault.IsWrite));
        Assert.Equal("ring", fault.NearestBuffer);
        Assert.Contains("no translation", fault.Reason, StringComparison.Ordinal);
        Assert.Equal(1, machine.Statistics.Functions[0].RefusedTransfers);
    }

    [Fact]
    public async Task A_device_that_is_refused_without_pause_is_counted_but_told_of_within_limits()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        await using PciFunction function = await OpenAsync(machine, probe);
        int told = 0;
        function.Domain.Faulted += _ => told++;
        for (int i = 0; i < 1000; i++) Assert.False(probe.Host.TryRead(new LogicalAddress(0x5000), new byte[4]));
        machine.RunUntilIdle();
        Assert.Equal(256, told);
        Assert.Equal(1000, machine.Statistics.Functions[0].RefusedTransfers);
        Assert.False(probe.Host.TryRead(new LogicalAddress(0x5000), new byte[4]));
        machine.RunUntilIdle();
        Assert.Equal(257, told);
    }

    [Fact]
    public async Task Q1_after_revoke_the_device_is_shut_out_and_the_range_stays_taken()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        await using PciFunction function = await OpenAsync(machine, probe);
        DomainMemory memory = function.Domain.Memory;
        Assert.True(memory.TryAllocate(FragmentationTests.Request(Page, 0x1FFF), out MemoryRun run));
        Assert.False(memory.TryAllocate(FragmentationTests.Request(Page, 0x1FFF), out _));
        Assert.True(probe.Host.TryWrite(run.Logical, [1]));

        Assert.True(memory.Revoke(run));
        Assert.False(probe.Host.TryWrite(run.Logical, [1]));
        memory.ReleaseHost(run);
        Assert.Equal(0, machine.Statistics.UsedBytes);
        Assert.False(memory.TryAllocate(FragmentationTests.Request(Page, 0x1FFF), out _));
        memory.ReleaseLogical(run);
        Assert.True(memory.TryAllocate(FragmentationTests.Request(Page, 0x1FFF), out _));
    }

    [Fact]
    public async Task System_buffers_are_mapped_once_below_4G_and_contiguous()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 80 << 20, LowMemoryBytes = 16 << 20, SystemBuffersAbove4G = true, Iommu = true, Fragmentation = 0.95, Stepped = true });
        var probe = new ProbeDevice();
        await using PciFunction function = await OpenAsync(machine, probe);
        SystemBuffer buffer = machine.AllocateSystemBuffer(100 * Page);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(function.Domain.Memory.TryTranslate(buffer.HostAddress + 10, 99 * Page, out LogicalAddress logical, out long contiguous));
            Assert.Equal(99 * Page, contiguous);
            Assert.True(logical.Value < 1UL << 32);
        }

        Assert.Equal(1, machine.Statistics.IommuMaps);
        Assert.True(function.Domain.Memory.TryTranslate(buffer.HostAddress, 1, out LogicalAddress start, out _));
        Assert.True(probe.Host.TryWrite(start + (50 * Page), [7]));
        Assert.Equal(7, buffer.Span(50 * Page, 1)[0]);

        buffer.Dispose();
        Assert.False(probe.Host.TryWrite(start, [7]));
        Assert.Equal(1, machine.Statistics.IommuUnmaps);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Domains_are_separate_or_shared(bool separate)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 16 << 20, Iommu = true, SeparateDomains = separate, Stepped = true });
        var second = new ProbeDevice();
        await using PciFunction a = await OpenAsync(machine, new ProbeDevice());
        await using PciFunction b = await OpenAsync(machine, second);
        Assert.True(a.Domain.Memory.TryAllocate(FragmentationTests.Request(Page), out MemoryRun run));
        Assert.Equal(separate, a.Domain != b.Domain);
        Assert.Equal(!separate, second.Host.TryRead(run.Logical, new byte[4]));
    }

    [Fact]
    public void Logical_space_gives_back_what_it_took()
    {
        const int Seed = 17;
        var random = new Random(Seed);
        var space = new LogicalSpace(48);
        long all = space.FreePages;
        var live = new List<FrameRun>();
        for (int i = 0; i < 3000; i++)
        {
            if (live.Count > 0 && random.Next(2) == 0)
            {
                int victim = random.Next(live.Count);
                space.Free(live[victim].First, live[victim].Count);
                live.RemoveAt(victim);
                continue;
            }

            long boundary = random.Next(2) == 0 ? 0 : 1L << random.Next(5, 12);
            var request = new FrameRequest(random.NextInt64(1, 33), random.NextInt64(4000), random.NextInt64(4000, 9000), 1L << random.Next(8), boundary);
            if (!space.TryTake(request, out long first)) continue;
            var run = new FrameRun(first, request.Count);
            Assert.True(run.First >= request.Minimum && run.End - 1 <= request.Maximum && run.First % request.Alignment == 0, $"seed {Seed}: {request} {run}");
            Assert.True(boundary == 0 || run.First / boundary == (run.End - 1) / boundary, $"seed {Seed}: {request} {run}");
            Assert.True(live.TrueForAll(o => run.End <= o.First || o.End <= run.First), $"seed {Seed}: {run} overlaps");
            live.Add(run);
        }

        foreach (FrameRun run in live) space.Free(run.First, run.Count);
        Assert.Equal(all, space.FreePages);
        Assert.Throws<InvalidOperationException>(() => space.Free(100, 1));
    }

    private static EmulatedPlatform NewMachine(double fragmentation = 0) =>
        new(new() { MemoryBytes = 16 << 20, Iommu = true, Fragmentation = fragmentation, Stepped = true });

    private static async Task<PciFunction> OpenAsync(EmulatedPlatform machine, ProbeDevice probe)
    {
        PciFunction function = await machine.OpenAsync(machine.Add(probe));
        function.BusMaster = true;
        return function;
    }
}
