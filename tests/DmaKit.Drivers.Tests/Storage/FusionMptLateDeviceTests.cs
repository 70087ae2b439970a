using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>A device that writes after its time ran out writes into nobody's memory but its own request's.</summary>
public sealed class FusionMptLateDeviceTests
{
    private SecretiveAdapter? _adapter;

    [Fact]
    public async Task C4_Bounced_data_lets_the_caller_go_and_stays_his()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await disk.WriteAsync(0, Pattern.Constant(4096, 0x5A));
            _adapter!.Silent = true;
            byte[] mine = Pattern.Constant(4096, 0xC3);
            BlockDeviceException error = await Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, mine).AsTask());
            Assert.Equal(BlockDeviceStatus.TimedOut, error.Status);
            Assert.Equal(1, driver.Statistics.Commands.Quarantined);
            Assert.True(driver.Adapter.Domain.Quarantine.Bytes >= 4096);
            Assert.Contains(driver.Adapter.Domain.Quarantine.Entries, e => e.What.Contains("1 map registers"));
            int free = driver.Adapter.Domain.MapRegisters.Free;

            // It speaks at last: data into the register that is kept for it, and the tag, which frees packet and register.
            _adapter.Speak();
            await SettleAsync(machine, driver);
            Assert.True(_adapter.Written > 0);
            Assert.Equal(Pattern.Constant(4096, 0xC3), mine);
            Assert.Equal(1, driver.Statistics.Commands.LateTotal);
            Assert.Equal(0, driver.Statistics.Commands.Quarantined);
            Assert.Equal(0, driver.Adapter.Domain.Quarantine.Bytes);
            Assert.Equal(free + 1, driver.Adapter.Domain.MapRegisters.Free);

            await disk.ReadAsync(0, mine);
            Assert.Equal(Pattern.Constant(4096, 0x5A), mine);
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task C4_While_a_late_read_is_out_its_register_is_nobody_elses()
    {
        await using FusionMachine machine = Machine();
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await disk.WriteAsync(0, Pattern.Constant(4096, 0x5A));
            _adapter!.Silent = true;
            await Assert.ThrowsAsync<BlockDeviceException>(() => disk.ReadAsync(0, new byte[4096]).AsTask());

            // Everybody else's registers hold zeros now; the late write must change none of them.
            var others = new List<DmaMapping>();
            while (driver.Adapter.Domain.MapRegisters.Free > 0 && driver.Adapter.TryMap(new byte[4096], DmaDirection.FromDevice, out DmaMapping mapping)) others.Add(mapping);
            var used = others.Select(m => m.Elements[0].Address).ToHashSet();
            _adapter.Speak();
            await SettleAsync(machine, driver);
            Assert.True(driver.Adapter.TryMap(new byte[4096], DmaDirection.FromDevice, out DmaMapping freed));
            Assert.DoesNotContain(freed.Elements[0].Address, used);
            freed.Dispose();
            foreach (DmaMapping mapping in others) mapping.Dispose();
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task C4_Direct_data_keeps_the_caller_until_the_tag_is_back()
    {
        await using FusionMachine machine = Machine();
        using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(4096);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await disk.WriteAsync(0, Pattern.Constant(4096, 0x5A));
            _adapter!.Silent = true;
            Task read = disk.ReadAsync(0, buffer.Memory()).AsTask();
            await Task.Delay(TimeSpan.FromSeconds(5.5), machine.Platform.Clock);
            Assert.False(read.IsCompleted);
            _adapter.Speak();

            // The answer came late, but it came: the data is there.
            await read;
            Assert.Equal(Pattern.Constant(4096, 0x5A), buffer.Span(0, 4096).ToArray());
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task C4_Direct_data_keeps_the_caller_until_the_adapter_was_reset()
    {
        await using FusionMachine machine = Machine();
        using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(4096);
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            await LateWriteOracle.CheckAsync(machine.Platform, buffer, _adapter!, data => disk.ReadAsync(0, data).AsTask());
            Assert.Equal(1, driver.Statistics.AdapterResets);
            await disk.ReadAsync(0, buffer.Memory());
        });
        machine.AssertClean();
    }

    [Fact]
    public async Task C4_The_oracle_catches_a_driver_that_gives_the_buffer_back_at_the_timeout()
    {
        await using FusionMachine machine = Machine();
        using SystemBuffer buffer = machine.Platform.AllocateSystemBuffer(4096);
        Exception? caught = null;
        machine.Run(async driver =>
        {
            ScsiDisk disk = await driver.OpenDiskAsync(0);
            caught = await Record.ExceptionAsync(() => LateWriteOracle.CheckAsync(machine.Platform, buffer, _adapter!, data => CarelessReadAsync(machine, disk, data)));
        });
        Assert.IsType<LateWriteException>(caught);
    }

    /// <summary>The known-buggy twin: it stops waiting at its timeout, whatever the device still has.</summary>
    private static async Task CarelessReadAsync(FusionMachine machine, ScsiDisk disk, Memory<byte> data)
    {
        Task read = disk.ReadAsync(0, data).AsTask();
        Task timeout = Task.Delay(TimeSpan.FromSeconds(1), machine.Platform.Clock);
        if (await Task.WhenAny(read, timeout) == timeout)
        {
            _ = read.ContinueWith(static t => t.Exception, TaskScheduler.Default);
            throw new BlockDeviceException(BlockDeviceStatus.TimedOut, "careless read", "it took too long");
        }
    }

    private static async Task SettleAsync(FusionMachine machine, FusionMptDriver driver)
    {
        for (int i = 0; i < 1000 && driver.Statistics.Commands.Free < driver.QueueDepth; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(1), machine.Platform.Clock);
    }

    private FusionMachine Machine() => new(FusionMachine.Stepped, wrap: inner => _adapter = new SecretiveAdapter(inner));
}
