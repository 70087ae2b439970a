using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Devices that do not answer: abort, target reset, adapter reset, and giving up.</summary>
public sealed class FusionMptRecoveryTests
{
    private static readonly FusionMptOptions s_delay = new() { CommandDelay = TimeSpan.FromMilliseconds(1) };

    private StubbornAdapter? _adapter;

    [Fact]
    public async Task A_command_that_takes_too_long_is_aborted()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            _adapter!.SitsOnCommands = true;
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(512, new byte[512]).AsTask());
            Assert.Equal(BlockDeviceStatus.TimedOut, error.Status);
            Assert.Contains("read of 1 blocks at 1 of target 0", error.Message);
            await SettleAsync(machine, driver);
            Assert.Equal((1, 0), (_adapter.Aborts, _adapter.TargetResets));
            Assert.Equal((1, 0, 0), Ladder(driver));
            _adapter.SitsOnCommands = false;
            await disk.ReadAsync(512, new byte[512]);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task When_the_abort_does_not_help_the_target_is_reset()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            (_adapter!.SitsOnCommands, _adapter.DeafToAborts) = (true, true);
            await Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, new byte[512]).AsTask());
            await SettleAsync(machine, driver);
            Assert.Equal((1, 1, 0), Ladder(driver));
            Assert.Equal((1, 1), (_adapter.Aborts, _adapter.TargetResets));
            _adapter.SitsOnCommands = false;

            // The unit attention of the reset is seen and tried again.
            await disk.ReadAsync(0, new byte[512]);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task When_nothing_else_helps_the_adapter_is_reset_and_others_are_tried_again()
    {
        await using FusionMachine machine = Machine(disks: 2);
        machine.Run(async driver =>
        {
            IReadOnlyList<ScsiDisk> disks = await driver.ScanAsync();
            (_adapter!.SitsOnCommands, _adapter.DeafToAborts, _adapter.DeafToTargetResets) = (true, true, true);
            int resets = _adapter.AdapterResets;
            Task overdue = disks[0].ReadAsync(0, new byte[512]).AsTask();
            await Task.Delay(TimeSpan.FromSeconds(4), machine.Platform.Clock);

            // This one is young when the reset ends it: it goes out again, and is done.
            Task<bool> young = WriteAndSeeAsync(disks[1]);
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => overdue);
            Assert.Equal(BlockDeviceStatus.TimedOut, error.Status);
            while (driver.Statistics.AdapterResets == 0) await Task.Delay(TimeSpan.FromMilliseconds(10), machine.Platform.Clock);
            _adapter.SitsOnCommands = false;
            Assert.True(await young);
            Assert.Equal((1, 1, 1), Ladder(driver));
            Assert.Equal(1, _adapter.AdapterResets - resets);
            Assert.Contains(driver.Notices, n => n.Contains("the adapter works again"));
        }, new FusionMptDriverOptions { CommandTimeout = TimeSpan.FromSeconds(5) });
        Assert.Equal(Pattern.Bytes(512, 6), machine.BytesOn(1, 0, 512));
        machine.AssertClean();

        static async Task<bool> WriteAndSeeAsync(ScsiDisk disk)
        {
            await disk.WriteAsync(0, Pattern.Bytes(512, 6));
            return true;
        }
    }

    [Fact]
    public async Task A_dead_adapter_is_reset_and_comes_back()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            _adapter!.Dead = true;
            Task<BlockDeviceException>[] failing =
                [.. Enumerable.Range(0, 20).Select(i => Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(512 * i, new byte[512]).AsTask()))];
            BlockDeviceException[] errors = await Task.WhenAll(failing);
            Assert.All(errors, e => Assert.Equal(BlockDeviceStatus.TimedOut, e.Status));
            _adapter.Dead = false;
            await SettleAsync(machine, driver);
            await disk.ReadAsync(0, new byte[512]);
            Assert.Equal(1, driver.Statistics.AdapterResets);
            Assert.Equal(driver.QueueDepth, driver.Statistics.Commands.Free);
            Assert.Equal(0, driver.Adapter.Domain.Quarantine.Bytes);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task C4_An_adapter_that_cannot_be_reset_fails_everything_and_keeps_the_memory()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            (_adapter!.Dead, _adapter.DeadToResets) = (true, true);
            await Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, new byte[512]).AsTask());
            BlockDeviceException later = await Assert.ThrowsAsync<BlockDeviceException>(() => LastingAsync(machine, disk));
            Assert.Equal(BlockDeviceStatus.AdapterFailed, later.Status);
            Assert.IsType<FusionMptException>(later.InnerException);
            Assert.True(driver.Statistics.Commands.Quarantined > 0);
            Assert.True(driver.Adapter.Domain.Quarantine.Bytes > 0);
        });
        Assert.Contains(machine.Platform.Misuse.Reports, r => r.Rule == "pool-disposed-while-in-use");

        static async Task LastingAsync(FusionMachine machine, ScsiDisk disk)
        {
            while (true)
            {
                try
                {
                    await disk.FlushAsync();
                }
                catch (BlockDeviceException e) when (e.Status == BlockDeviceStatus.TimedOut)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), machine.Platform.Clock);
                }
            }
        }
    }

    [Fact]
    public async Task A_cancelled_request_gives_its_packet_back_when_the_adapter_does()
    {
        await using FusionMachine machine = Machine();
        using SystemBuffer direct = machine.Platform.AllocateSystemBuffer(512);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            _adapter!.SitsOnCommands = true;
            foreach (Memory<byte> data in (Memory<byte>[])[new byte[512], direct.Memory(0, 512)])
            {
                using var giveUp = new CancellationTokenSource();
                Task read = disk.ReadAsync(0, data, giveUp.Token).AsTask();
                giveUp.Cancel();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
                await SettleAsync(machine, driver);
            }

            Assert.Equal((2, 0, 0), Ladder(driver));
            _adapter.SitsOnCommands = false;
            await disk.ReadAsync(0, new byte[512]);
            using var early = new CancellationTokenSource();
            early.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => disk.ReadAsync(0, new byte[512], early.Token).AsTask());
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task An_adapter_in_its_fault_state_is_named_and_reset()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);

            // One free reply frame too many is a fault: code 6, out of resources.
            RegisterWindow registers = driver.Adapter.Function.MapBar(1);
            _adapter!.SitsOnCommands = true;
            Task<BlockDeviceException> failing = Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, new byte[512]).AsTask());
            registers.Write32(0x44, 0x1000);
            for (int i = 0; i < 128 && registers.Read32(0) >> 28 != 4; i++) registers.Write32(0x44, 0x1000);
            BlockDeviceException error = await failing;
            Assert.Equal(BlockDeviceStatus.AdapterFault, error.Status);
            Assert.Contains("fault state", error.Message);
            _adapter.SitsOnCommands = false;
            await disk.ReadAsync(0, new byte[512]);
            Assert.Equal((0, 0, 1), Ladder(driver));
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task An_adapter_found_in_its_fault_state_is_brought_up()
    {
        await using FusionMachine machine = Machine();
        machine.Platform.Run(async () =>
        {
            await using PciFunction function = await machine.Platform.OpenAsync(machine.Address);
            function.MapBar(1).Write32(0x40, 0x1000);
            Assert.Equal(0x4u, function.MapBar(1).Read32(0) >> 28);
            await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function);
            Assert.Contains(driver.Notices, n => n.Contains("fault state, code 0x0008"));
            await (await driver.OpenDiskAsync(0)).ReadAsync(0, new byte[512]);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task A_function_that_is_no_such_adapter_is_refused_before_it_is_touched()
    {
        await using var machine = new EmulatedPlatform(FusionMachine.Stepped);
        await using PciFunction function = await machine.OpenAsync(machine.Add(new EduDevice()), TestContext.Current.CancellationToken);
        DmaException error = await Assert.ThrowsAsync<DmaException>(() => FusionMptDriver.StartAsync(function).AsTask());
        Assert.Contains("1234:11E8, not 1000:0054", error.Message, StringComparison.Ordinal);
        Assert.False(function.BusMaster);
    }

    [Fact]
    public async Task An_adapter_that_does_not_come_up_is_an_error_in_time()
    {
        await using FusionMachine machine = Machine();
        machine.Platform.Run(async () =>
        {
            await using PciFunction function = await machine.Platform.OpenAsync(machine.Address);
            function.MapBar(1).Write32(0x40, 0x1000);
            _adapter!.DeadToResets = true;
            FusionMptException error = await Assert.ThrowsAsync<FusionMptException>(
                () => FusionMptDriver.StartAsync(function, new FusionMptDriverOptions { AdapterTimeout = TimeSpan.FromSeconds(2) }).AsTask());
            Assert.Equal(8, error.FaultCode);
            _adapter.DeadToResets = false;
            _adapter.Dead = true;
            error = await Assert.ThrowsAsync<FusionMptException>(() => FusionMptDriver.StartAsync(function).AsTask());
            Assert.Contains("PORT ENABLE", error.Message);
            _adapter.Dead = false;
            await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task A_device_that_is_pulled_out_ends_every_request()
    {
        await using FusionMachine machine = Machine();
        using SystemBuffer direct = machine.Platform.AllocateSystemBuffer(200 * 512);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            _adapter!.SitsOnCommands = true;
            Task[] pending = [.. Enumerable.Range(0, 200).Select(i => disk.ReadAsync(512 * i, i % 2 == 0 ? new byte[512] : direct.Memory(512 * i, 512)).AsTask())];
            await Task.Delay(TimeSpan.FromSeconds(1), machine.Platform.Clock);
            machine.Platform.Remove(machine.Address);
            foreach (Task request in pending)
                Assert.Equal(BlockDeviceStatus.DeviceLost, (await Assert.ThrowsAsync<BlockDeviceException>(() => request)).Status);
            BlockDeviceException after = await Assert.ThrowsAsync<BlockDeviceException>(() => disk.FlushAsync().AsTask());
            Assert.Equal(BlockDeviceStatus.DeviceLost, after.Status);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task Closing_the_driver_ends_what_is_in_flight()
    {
        await using FusionMachine machine = Machine();
        Task[] pending = [];
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            _adapter!.SitsOnCommands = true;
            pending = [.. Enumerable.Range(0, 200).Select(i => disk.ReadAsync(512 * i, new byte[512]).AsTask())];
            await Task.Delay(TimeSpan.FromSeconds(1), machine.Platform.Clock);
        });
        Assert.All(pending, request => Assert.Equal(BlockDeviceStatus.Aborted, Assert.IsType<BlockDeviceException>(request.Exception!.InnerException).Status));
        machine.AssertClean();
    }

    [Fact]
    public async Task A_unit_attention_after_a_reset_is_retried_once()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            IScsiTransport transport = driver;
            ScsiOutcome first = await transport.SendAsync(0, ScsiCommand.TestUnitReady, default, default, default);
            Assert.True(first.IsUnitAttention);
            Assert.Equal((byte)0x29, first.Sense!.Value.Code);
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await driver.ResetAdapterAsync(default);
            await disk.FlushAsync();

            var retries = default(ScsiRetries);
            Assert.True(retries.Allow(first));
            Assert.False(retries.Allow(first));
        });
        machine.AssertClean();
    }

    private static (long Aborts, long Targets, long Adapters) Ladder(FusionMptDriver driver)
    {
        FusionMptStatistics statistics = driver.Statistics;
        return (statistics.Aborts, statistics.TargetResets, statistics.AdapterResets);
    }

    /// <summary>Until the adapter let go of everything.</summary>
    private static async Task SettleAsync(FusionMachine machine, FusionMptDriver driver)
    {
        for (int i = 0; i < 10_000 && driver.Statistics.Commands.Free < driver.QueueDepth; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(10), machine.Platform.Clock);
        Assert.Equal(driver.QueueDepth, driver.Statistics.Commands.Free);
    }

    private FusionMachine Machine(int disks = 1) => new(FusionMachine.Stepped, disks, adapter: s_delay, wrap: inner => _adapter = new StubbornAdapter(inner));
}
