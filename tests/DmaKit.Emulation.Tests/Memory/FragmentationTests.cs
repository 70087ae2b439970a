using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class FragmentationTests
{
    private const int Page = 4096;
    private const int Small = 12 << 20;

    public static TheoryData<double, int> DegreesAndSeeds()
    {
        var data = new TheoryData<double, int>();
        foreach (double degree in new[] { 0.5, 0.8, 0.95, 1.0 })
            for (int seed = 0; seed < 8; seed++) data.Add(degree, seed);
        return data;
    }

    [Theory]
    [MemberData(nameof(DegreesAndSeeds))]
    public async Task Large_runs_fail_and_single_pages_succeed(double degree, int seed)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = Small, LowMemoryBytes = 4 << 20, Fragmentation = degree, Seed = seed, Stepped = true });
        DomainMemory memory = await MemoryOfAsync(machine);
        long longest = Fragmentation.LongestRun(Small / Page, degree) * Page;

        Assert.False(memory.TryAllocate(Request(longest + Page), out _), $"seed {seed}");
        Assert.True(memory.LargestRun(Request(Page)) <= longest, $"seed {seed}");
        long taken = 0;
        while (memory.TryAllocate(Request(Page), out _)) taken += Page;
        Assert.True(taken >= Small / 3, $"seed {seed}: {taken} bytes usable");
        Assert.Equal(0, machine.Statistics.FreeBytes);
    }

    [Fact]
    public void The_longest_run_falls_with_the_degree()
    {
        const long Frames = (6L << 30) / Page;
        Assert.Equal(Frames, Fragmentation.LongestRun(Frames, 0.0));
        Assert.Equal(2, Fragmentation.LongestRun(Frames, 0.95));
        Assert.Equal(1, Fragmentation.LongestRun(Frames, 1.0));
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_machine()
    {
        string[] texts = new string[3];
        for (int i = 0; i < 3; i++)
        {
            await using var machine = new EmulatedPlatform(new() { MemoryBytes = 8 << 20, Fragmentation = 0.8, Seed = i == 2 ? 5 : 4, Stepped = true });
            DomainMemory memory = await MemoryOfAsync(machine);
            for (int n = 0; n < 200; n++)
            {
                Assert.True(memory.TryAllocate(Request(Page * (1 + (n % 3))), out MemoryRun run));
                texts[i] += run.Logical;
            }
        }

        Assert.Equal(texts[0], texts[1]);
        Assert.NotEqual(texts[0], texts[2]);
    }

    [Fact]
    public async Task Without_fragmentation_nearly_all_of_it_is_one_run()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = true });
        DomainMemory memory = await MemoryOfAsync(machine);
        Assert.Equal((64 << 20) - Page, memory.LargestRun(Request(Page)));
        Assert.True(memory.TryAllocate(Request((64 << 20) - Page), out MemoryRun run));
        memory.ReleaseHost(run);
        memory.ReleaseLogical(run);
        Assert.Equal(0, machine.Statistics.UsedBytes);
    }

    internal static RunRequest Request(long length, ulong maximum = ulong.MaxValue) => new(length, default, new LogicalAddress(maximum), Page, 0);

    internal static async Task<DomainMemory> MemoryOfAsync(EmulatedPlatform machine)
    {
        PciFunction function = await machine.OpenAsync(machine.Add(new ProbeDevice()));
        return function.Domain.Memory;
    }
}
