using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>An adapter that cannot be made to let go ends no caller's patience; and whatever ends, ends on the thread that the platform plans.</summary>
public sealed class FusionMptStuckTests
{
    private static readonly FusionMptDriverOptions s_options = new() { AdapterTimeout = TimeSpan.FromSeconds(2), CommandTimeout = TimeSpan.FromSeconds(5) };

    private StubbornAdapter? _adapter;

    [Fact]
    public async Task C4_A_read_into_memory_that_a_stuck_adapter_reaches_ends_and_the_memory_is_kept()
    {
        await using FusionMachine machine = Machine();
        SystemBuffer direct = machine.Platform.AllocateSystemBuffer(4096);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            (_adapter!.Dead, _adapter.DeadToResets) = (true, true);
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, direct.Memory(0, 4096)).AsTask());
            Assert.Equal(BlockDeviceStatus.TimedOut, error.Status);
            direct.Dispose();
            Assert.Equal(1, machine.Platform.Statistics.SystemBuffers);
            Assert.True(driver.Adapter.Domain.Quarantine.Bytes > 0);
        }, s_options);
    }

    [Fact]
    public async Task E1_Requests_that_wait_for_a_packet_of_a_stuck_adapter_end_as_failed_by_it()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            (_adapter!.Dead, _adapter.DeadToResets) = (true, true);
            using SystemBuffer direct = machine.Platform.AllocateSystemBuffer(64 * 512);
            Task<BlockDeviceException>[] failing =
                [.. Enumerable.Range(0, 64).Select(i => Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(512 * i, direct.Memory(512 * i, 512)).AsTask()))];
            BlockDeviceException[] errors = await Task.WhenAll(failing);
            Assert.All(errors, e => Assert.Contains(e.Status, (BlockDeviceStatus[])[BlockDeviceStatus.TimedOut, BlockDeviceStatus.AdapterFailed]));
            Assert.Contains(errors, e => e.Status == BlockDeviceStatus.AdapterFailed);
        }, new FusionMptDriverOptions { QueueDepth = 4, AdapterTimeout = TimeSpan.FromSeconds(2), CommandTimeout = TimeSpan.FromSeconds(5) });
    }

    /// <summary>Several wait for the same reset; one of them gives up. Each goes on where continuations run.</summary>
    [Fact]
    public async Task Those_who_wait_for_a_reset_go_on_on_the_platforms_pump()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            int thread = Environment.CurrentManagedThreadId;
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            _adapter!.Dead = true;
            Task<BlockDeviceException> first = Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, new byte[512]).AsTask());
            await first;
            while (driver.Statistics.AdapterResets == 0) await Task.Delay(TimeSpan.FromMilliseconds(10), machine.Platform.Clock);
            using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(1), machine.Platform.Clock);
            Task<int> givenUp = ThreadOfAsync(disk, giveUp.Token);
            Task<int>[] others = [.. Enumerable.Range(0, 5).Select(_ => ThreadOfAsync(disk, default))];
            Assert.Equal(thread, await givenUp);
            _adapter.Dead = false;
            foreach (Task<int> other in others) Assert.Equal(thread, await other);
        }, s_options);
    }

    [Fact]
    public async Task A_start_that_is_given_up_goes_on_on_the_platforms_pump()
    {
        await using FusionMachine machine = Machine();
        machine.Platform.Run(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            await using PciFunction function = await machine.Platform.OpenAsync(machine.Address);
            function.MapBar(1).Write32(0x40, 0x1000);
            _adapter!.DeadToResets = true;
            using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), machine.Platform.Clock);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FusionMptDriver.StartAsync(function, s_options, giveUp.Token).AsTask());
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
        });
    }

    /// <summary>The driver is closed while its recovery looks whether an abort helped.</summary>
    [Fact]
    public async Task A_driver_that_is_closed_in_its_recovery_goes_on_on_the_platforms_pump()
    {
        await using FusionMachine machine = Machine();
        machine.Platform.Run(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            await using PciFunction function = await machine.Platform.OpenAsync(machine.Address);
            FusionMptDriver driver = await FusionMptDriver.StartAsync(function, s_options);
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            (_adapter!.SitsOnCommands, _adapter.DeafToAborts, _adapter.DeafToTargetResets) = (true, true, true);
            Task<BlockDeviceException> read = Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, new byte[512]).AsTask());
            while (driver.Statistics.Aborts == 0) await Task.Delay(TimeSpan.FromMilliseconds(10), machine.Platform.Clock);
            await Task.Delay(TimeSpan.FromMilliseconds(50), machine.Platform.Clock);
            await driver.DisposeAsync();
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            await read;
        });
    }

    private static async Task<int> ThreadOfAsync(ScsiDisk disk, CancellationToken token)
    {
        try
        {
            await disk.ReadAsync(0, new byte[512], token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BlockDeviceException or OperationCanceledException)
        {
            // Only where it ends is asked.
        }

        return Environment.CurrentManagedThreadId;
    }

    private FusionMachine Machine() => new(
        FusionMachine.Stepped, adapter: new Devices.FusionMptOptions { CommandDelay = TimeSpan.FromMilliseconds(1) }, wrap: inner => _adapter = new StubbornAdapter(inner));
}
