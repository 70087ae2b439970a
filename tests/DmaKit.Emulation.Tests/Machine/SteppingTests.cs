using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class SteppingTests
{
    [Fact]
    public async Task Timers_fire_in_order_of_time_and_then_of_setting()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        machine.Add(probe);
        var order = new List<string>();
        using ITimer late = NewTimer(machine, 30, () => order.Add($"program {Now(machine)}"));
        probe.Host.Schedule(TimeSpan.FromMilliseconds(20), () => order.Add($"device {Now(machine)}"));
        using ITimer same = NewTimer(machine, 20, () => order.Add($"same {Now(machine)}"));
        probe.Host.Schedule(TimeSpan.FromMilliseconds(10), () => probe.Host.Defer(() => order.Add($"deferred {Now(machine)}")));
        using ITimer gone = NewTimer(machine, 15, () => order.Add("gone"));
        gone.Dispose();

        machine.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(["deferred 10", "device 20", "same 20"], order);
        machine.Advance(TimeSpan.FromMilliseconds(9));
        Assert.Equal(3, order.Count);
        machine.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("program 30", order[3]);
    }

    [Fact]
    public async Task Periodic_and_changed_timers()
    {
        await using var machine = NewMachine();
        var times = new List<long>();
        using ITimer timer = machine.Clock.CreateTimer(_ => times.Add(Now(machine)), null, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));
        machine.Advance(TimeSpan.FromMilliseconds(26));
        Assert.Equal([5, 15, 25], times);
        timer.Change(TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        machine.Advance(TimeSpan.FromMilliseconds(1000));
        Assert.Equal([5, 15, 25, 126], times);
    }

    [Fact]
    public async Task Cancelled_work_does_not_run()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        machine.Add(probe);
        int runs = 0;
        probe.Host.Defer(() => runs++);
        probe.Host.Schedule(TimeSpan.Zero, () => runs++);
        probe.Host.CancelWork();
        probe.Host.Defer(() => runs += 10);
        machine.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, runs);
    }

    [Fact]
    public async Task Run_moves_the_clock_when_there_is_nothing_else_to_do()
    {
        await using var machine = NewMachine();
        int result = machine.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromHours(3), machine.Clock);
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5), machine.Clock);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromHours(9), machine.Clock, limit.Token));
            return 7;
        });
        Assert.Equal(7, result);
        Assert.Equal(TimeSpan.FromHours(3) + TimeSpan.FromMinutes(5), machine.Clock.GetElapsedTime(0));
    }

    [Fact]
    public async Task Run_passes_exceptions_on()
    {
        await using var machine = NewMachine();
        Assert.Throws<InvalidDataException>(() => machine.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), machine.Clock);
            throw new InvalidDataException();
        }));
    }

    [Fact]
    public async Task Run_finds_a_hang()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 1 << 20, Stepped = true, HangGrace = TimeSpan.FromMilliseconds(20) });
        await using PciFunction function = await machine.FunctionAsync(machine.Add(new EduDevice()));
        var error = Assert.Throws<InvalidOperationException>(() => machine.Run(async () => await function.Interrupts[0].WaitAsync()));
        Assert.Contains("hangs", error.Message, StringComparison.Ordinal);
        Assert.Contains("interrupt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_finds_a_task_that_only_timers_keep_alive()
    {
        await using var machine = NewMachine();
        using ITimer ticking = machine.Clock.CreateTimer(_ => { }, null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        var never = new TaskCompletionSource();
        var error = Assert.Throws<InvalidOperationException>(() => machine.Run(() => never.Task));
        Assert.Contains("not complete after", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_waits_for_what_left_the_machine()
    {
        await using var machine = NewMachine();
        Assert.Equal(5, machine.Run(async () =>
        {
            await Task.Yield();
            return await Task.FromResult(5);
        }));
    }

    [Fact]
    public async Task A_machine_is_not_run_from_inside_itself()
    {
        await using var machine = NewMachine();
        using ITimer inside = NewTimer(machine, 1, machine.RunUntilIdle);
        Assert.Throws<InvalidOperationException>(() => machine.Advance(TimeSpan.FromMilliseconds(1)));
        machine.RunUntilIdle();
        await using var running = new EmulatedPlatform(new() { MemoryBytes = 1 << 20 });
        Assert.Throws<InvalidOperationException>(running.RunUntilIdle);
    }

    [Theory]
    [InlineData(false, 0.0)]
    [InlineData(true, 0.9)]
    public void The_same_seed_gives_the_same_trace(bool iommu, double fragmentation)
    {
        string first = Trace(iommu, fragmentation, seed: 21);
        Assert.Equal(first, Trace(iommu, fragmentation, seed: 21));
        Assert.True(first.Length > 2000, first);
        if (fragmentation > 0) Assert.NotEqual(first, Trace(iommu: false, fragmentation, seed: 22));
    }

    private static string Trace(bool iommu, double fragmentation, int seed)
    {
        var lines = new List<string>();
        var machine = new EmulatedPlatform(new()
        {
            MemoryBytes = 16 << 20,
            Stepped = true,
            Iommu = iommu,
            Fragmentation = fragmentation,
            Seed = seed,
            Trace = lines.Add,
        });
        string[] cards = [machine.Add(new EduDevice()), machine.Add(new EduDevice(new() { TransferDelay = TimeSpan.FromMilliseconds(37) }))];
        machine.Run(async () =>
        {
            await Task.WhenAll(cards.Select(async card =>
            {
                await using PciFunction function = await machine.FunctionAsync(card);
                for (int i = 0; i < 4; i++)
                {
                    byte[] data = EduProgram.Pattern(1000 + (i * 100), seed);
                    Assert.Equal(data, await EduProgram.RoundTripAsync(function, data));
                }
            }));
            await machine.DisposeAsync();
        });
        return string.Join('\n', lines);
    }

    private static long Now(EmulatedPlatform machine) => (long)machine.Clock.GetElapsedTime(0).TotalMilliseconds;

    private static ITimer NewTimer(EmulatedPlatform machine, int milliseconds, Action work) =>
        machine.Clock.CreateTimer(_ => work(), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);

    private static EmulatedPlatform NewMachine() => new(new() { MemoryBytes = 1 << 20, Stepped = true });
}
