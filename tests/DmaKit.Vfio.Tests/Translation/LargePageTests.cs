using DmaKit.Native;
using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio.Tests;

/// <summary>Common buffers in pages that are larger than a frame: when there are such pages, when there are fewer, and when there are none.</summary>
public sealed class LargePageTests
{
    private const long Large = PretendedPages.Page, MiB = 1 << 20;

    [Theory]
    [InlineData(2 * MiB, 8, 1)]
    [InlineData(4 * MiB, 8, 2)]
    [InlineData(3 * MiB + 4096, 8, 1)]
    [InlineData(7 * MiB, 2, 2)]
    public void CB1_It_is_one_mapping_at_multiples_of_a_large_page_and_whole_ones_are_taken_as_far_as_there_are_some(long length, int free, int taken)
    {
        using var bench = new Bench(free);
        MemoryRun run = bench.Allocate(length);
        Assert.Equal([(run.Logical.Value, (run.Host, length))], bench.Space.Mapped.Select(m => (m.Key, m.Value)));
        Assert.Equal((0UL, 0L), (run.Logical.Value % (ulong)Large, run.Host % Large));
        Assert.Equal((free - taken, taken * Large), (bench.Pages.Free, bench.Memory.Space.Large));

        // What lies in none, lies in frames; the rest of the last one is nobody's, and stays so.
        Span<byte> bytes = HostMemory.Span(run.Host, (int)length);
        Assert.False(bytes.ContainsAnyExcept((byte)0));
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i * 31 >> 8);
        for (int i = 0; i < bytes.Length; i++) if (bytes[i] != (byte)(i * 31 >> 8)) Assert.Fail($"byte {i} is another one's as well");
        Assert.True(bench.Logical.TryTranslate(run.Host + (nint)length - 5000, 5000, out LogicalAddress logical, out long contiguous));
        Assert.Equal((run.Logical + (length - 5000), 5000), (logical, contiguous));
    }

    [Fact]
    public void CB7_They_are_given_back_and_what_is_taken_again_reads_as_zeros()
    {
        using var bench = new Bench(2);
        long frames = bench.Memory.Frames.FreeFrames;
        long length = 5 * MiB + 12_288;
        nint last = 0;
        for (int round = 0; round < 3; round++)
        {
            MemoryRun run = bench.Allocate(length);
            Span<byte> bytes = HostMemory.Span(run.Host, (int)length);
            Assert.False(bytes.ContainsAnyExcept((byte)0), $"round {round}");
            Assert.Equal((0, frames - length / 4096), (bench.Pages.Free, bench.Memory.Frames.FreeFrames));
            bytes.Fill(0xFF);
            bench.Release(run);
            Assert.Equal((2, 0L, frames, 0L), (bench.Pages.Free, bench.Memory.Space.Large, bench.Memory.Frames.FreeFrames, bench.Memory.Space.Mappings));
            Assert.Empty(bench.Space.Mapped);

            // A late access meets zeros, and nobody else's bytes: the place is not used again.
            Assert.False(bytes.ContainsAnyExcept((byte)0));
            Assert.NotEqual(last, run.Host);
            last = run.Host;
        }
    }

    [Fact]
    public void CB6_Without_a_large_page_all_is_as_where_there_are_none()
    {
        using var bench = new Bench(0);
        using var plain = new Bench(new FileMemory(64 * MiB, 0));
        foreach (long length in (long[])[4 * MiB, 2 * MiB, 3 * MiB + 4096])
        {
            MemoryRun run = bench.Allocate(length), twin = plain.Allocate(length);
            Assert.Equal(twin with { Host = twin.Host - plain.Memory.Physical.Arena + bench.Memory.Physical.Arena }, run);
            Assert.True(bench.Memory.Physical.TryPhysical(run.Host, out _, out _));
        }

        // Nothing is left of the attempts: each was made at the same place, which is nobody's.
        Assert.Equal((0L, 3, 1), (bench.Memory.Space.Mappings, bench.Space.Asked, bench.Pages.Asked.Select(a => a.At).Distinct().Count()));
        bench.Pages.Free = 1;
        Assert.Equal(bench.Pages.Asked[0].At, bench.Allocate(2 * MiB).Host);
    }

    [Fact]
    public void CB6_A_mapping_that_is_refused_gives_everything_back_and_is_tried_with_ordinary_pages()
    {
        using var bench = new Bench(8);
        (long frames, long largest) = (bench.Memory.Frames.FreeFrames, bench.Logical.LargestRun(Request(4096)));
        bench.Space.Refusals = 1;
        MemoryRun run = bench.Allocate(4 * MiB);
        Assert.Equal((8, 0L, true), (bench.Pages.Free, bench.Memory.Space.Large, bench.Memory.Physical.TryPhysical(run.Host, out _, out _)));
        Assert.Null(bench.Logical.Shortage);
        bench.Release(run);

        bench.Space.Refusals = 2;
        Assert.False(bench.Logical.TryAllocate(Request(4 * MiB), out _));
        Assert.Contains("no 4194304 bytes left that it can lock", bench.Logical.Shortage, StringComparison.Ordinal);
        Assert.Equal((8, 0L, frames, 0L), (bench.Pages.Free, bench.Memory.Space.Large, bench.Memory.Frames.FreeFrames, bench.Memory.Space.Mappings));
        Assert.Equal((largest, 0), (bench.Logical.LargestRun(Request(4096)), bench.Space.Mapped.Count));
    }

    [Fact]
    public void CB2_Limits_that_leave_no_place_at_a_multiple_are_met_with_ordinary_pages()
    {
        // 4 MiB of addresses in which no 2 MiB lie at a multiple of 2 MiB but for the middle, and that is taken.
        using var bench = new Bench(new PretendedPages(64 * MiB, 8), new RecordedSpace(0x10_0000, 0x4F_FFFF));
        MemoryRun aligned = bench.Allocate(2 * MiB);
        Assert.Equal(0x20_0000UL, aligned.Logical.Value);
        bench.Release(aligned);
        MemoryRun whole = bench.Allocate(3 * MiB);
        Assert.Equal(0x20_0000UL, whole.Logical.Value);
        bench.Release(whole);
        MemoryRun all = bench.Allocate(4 * MiB);
        Assert.Equal((0x10_0000UL, 8), (all.Logical.Value, bench.Pages.Free));
    }

    [Fact]
    public void CB6_Out_of_the_hosts_mappings_a_buffer_lies_in_the_arena()
    {
        using var bench = new Bench(new PretendedPages(64 * MiB, 8), mappings: 3);
        MemoryRun run = bench.Allocate(4 * MiB);
        Assert.True(bench.Memory.Physical.TryPhysical(run.Host, out _, out _));
        Assert.Equal((8, 0L), (bench.Pages.Free, bench.Memory.Space.Mappings));
    }

    [Fact]
    public void What_is_short_and_what_is_no_common_buffer_takes_none()
    {
        using var bench = new Bench(8);
        bench.Allocate(2 * MiB - 4096);
        using SystemBuffer system = bench.Buffers.Allocate(8 * MiB);
        Assert.Empty(bench.Pages.Asked);
    }

    [Fact]
    public void A_scattered_buffer_is_one_mapping_of_the_kernels()
    {
        using var bench = new Bench(new FileMemory(16 * MiB, 0), fragmentation: 0.9);
        MemoryRun run = bench.Allocate(MiB);
        Assert.False(bench.Memory.Physical.TryPhysical(run.Host, out _, out _), "these frames lie side by side");
        Assert.Equal((run.Host, MiB), Assert.Single(bench.Space.Mapped.Values));
    }

    /// <summary>On a machine with huge pages set aside it gets them, and on every other it must do without.</summary>
    [Fact]
    public void CB6_On_this_machine_a_long_buffer_comes_whether_there_are_huge_pages_or_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The kernel's huge pages are Linux's.");
        using var bench = new Bench(new HugeMemory(64 * MiB, 0));
        for (int round = 0; round < 2; round++)
        {
            long length = 5 * MiB;
            MemoryRun run = bench.Allocate(length);
            Span<byte> bytes = HostMemory.Span(run.Host, (int)length);
            Assert.False(bytes.ContainsAnyExcept((byte)0));
            bytes.Fill(1);
            Assert.InRange(bench.Memory.Space.Large, 0, 2 * Large);
            if (bench.Memory.Space.Large == 0) Assert.True(bench.Memory.Physical.TryPhysical(run.Host, out _, out _));
            bench.Release(run);
            Assert.Equal(0, bench.Memory.Space.Large);
        }
    }

    [Fact]
    public void The_machines_huge_pages_are_those_that_nobody_was_promised()
    {
        using var machine = new FakeMachine();
        Assert.Equal(new HugePages(0, 0), HugePages.Of(machine.Root));
        const string Folder = "sys/kernel/mm/hugepages/hugepages-2048kB/";
        machine.Write(Folder + "nr_hugepages", "16\n");
        machine.Write(Folder + "free_hugepages", "9\n");
        machine.Write(Folder + "resv_hugepages", "2\n");
        Assert.Equal(new HugePages(7, 16), HugePages.Of(machine.Root));
    }

    private static RunRequest Request(long length) => new(length, default, new LogicalAddress(ulong.MaxValue), 4096, 0);

    /// <summary>A machine's memory, and an address space of it that a kernel would keep.</summary>
    private sealed class Bench : IDisposable
    {
        internal Bench(int free) : this(new PretendedPages(64 * MiB, free))
        {
        }

        internal Bench(PhysicalMemory physical, RecordedSpace? space = null, double fragmentation = 0, long? mappings = null)
        {
            Memory = new MachineMemory(physical, 1, fragmentation, seed: 1, mappings);
            Buffers = new SystemMemory(Memory, aboveFirst: true);
            Space = space ?? new RecordedSpace();
            Logical = new TranslatedMemory(Memory, Buffers, new IommuCounters(), new KernelTable(Space, physical.HostOf, null));
        }

        internal MachineMemory Memory { get; }

        internal PretendedPages Pages => (PretendedPages)Memory.Physical;

        internal SystemMemory Buffers { get; }

        internal RecordedSpace Space { get; }

        internal TranslatedMemory Logical { get; }

        internal MemoryRun Allocate(long length)
        {
            Assert.True(Logical.TryAllocate(Request(length), out MemoryRun run));
            Assert.Equal(length, run.Length);
            return run;
        }

        internal void Release(in MemoryRun run)
        {
            Logical.ReleaseHost(run);
            Logical.ReleaseLogical(run);
        }

        public void Dispose() => Memory.Dispose();
    }
}
