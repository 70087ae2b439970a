using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Measures the bytes that the whole process allocates, so it runs alone.</summary>
[CollectionDefinition(nameof(AllocationCollection), DisableParallelization = true)]
public sealed class AllocationCollection;

/// <summary>Nothing is allocated for a command, from the block device down and back.</summary>
[Collection(nameof(AllocationCollection))]
public sealed class FusionMptAllocationTests(ITestOutputHelper output)
{
    private const int Commands = 100_000, Workers = 4;

    // For the runtime's own doings: timers, thread pool, tiers of compilation.
    private const long Allowed = 2_000;

    [Fact]
    public async Task C6_Reads_through_the_block_device_allocate_nothing()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("DMAKIT_VERIFY") is { Length: > 0 }, "DMAKIT_VERIFY is set: a verifier keeps books of every command, and allocates.");
        long allocated = await MeasureAsync(static (disk, at, data, token) => disk.ReadAsync(at, data, token), Commands);
        output.WriteLine($"{allocated} bytes in {Commands} commands");
        Assert.True(allocated <= Allowed, $"{allocated} bytes were allocated in {Commands} commands; {Allowed} are allowed.");
    }

    [Fact]
    public async Task C6_The_measuring_sees_a_task_per_command()
    {
        const int commands = 4_000;
        long allocated = await MeasureAsync(static (disk, at, data, token) => new ValueTask(disk.ReadAsync(at, data, token).AsTask()), commands);
        output.WriteLine($"{allocated} bytes in {commands} commands");
        Assert.True(allocated > commands * 48, $"only {allocated} bytes were seen in {commands} commands that make a task each.");
    }

    /// <summary>
    /// What so many commands allocate more than a few, so that what the workers themselves need is not counted. The least of up to four
    /// tries: the runtime now and then adds a thread or compiles a method anew, on its own account. What a command allocates shows in every try.
    /// </summary>
    private static async Task<long> MeasureAsync(Func<BlockDevice, long, Memory<byte>, CancellationToken, ValueTask> read, int commands)
    {
        await using var machine = new FusionMachine(new());
        using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(Workers * 512);
        long allocated = 0;
        await machine.RunAsync(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            using var token = new CancellationTokenSource();
            var workers = new Worker[Workers];
            for (int i = 0; i < Workers; i++) workers[i] = new Worker(read, disk, buffer.Memory(i * 512, 512), token.Token);
            await RunAsync(workers, 20_000);

            allocated = long.MaxValue;
            for (int attempt = 0; attempt < 4 && allocated > Allowed; attempt++)
            {
                long posted = driver.Statistics.Commands.PostedTotal;
                long few = await AllocatedAsync(workers, Workers);
                allocated = Math.Min(allocated, await AllocatedAsync(workers, commands) - few);
                Assert.Equal(commands + Workers, driver.Statistics.Commands.PostedTotal - posted);
            }
        });
        machine.AssertClean();
        return allocated;
    }

    private static async Task<long> AllocatedAsync(Worker[] workers, int commands)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(workers, commands);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static Task RunAsync(Worker[] workers, int commands)
    {
        var tasks = new Task[workers.Length];
        for (int i = 0; i < tasks.Length; i++) tasks[i] = workers[i].RunAsync(commands / workers.Length);
        return Task.WhenAll(tasks);
    }

    private sealed class Worker(Func<BlockDevice, long, Memory<byte>, CancellationToken, ValueTask> read, BlockDevice disk, Memory<byte> data, CancellationToken token)
    {
        public async Task RunAsync(int commands)
        {
            for (int i = 0; i < commands; i++) await read(disk, 512L * (i % 1000), data, token).ConfigureAwait(false);
        }
    }
}
