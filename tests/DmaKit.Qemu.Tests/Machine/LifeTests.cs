using System.Diagnostics;
using System.Globalization;
using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>QEMU starts, ends, dies and is refused, and nothing is left behind.</summary>
[Collection(nameof(LifeTests))]
[CollectionDefinition(nameof(LifeTests), DisableParallelization = true)]
public sealed class LifeTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);

    // A disk that does one thing a minute: what is asked of it stays under way.
    private static readonly QemuPlatformOptions Slow = new()
    {
        Devices = ["mptsas1068,id=mpt0", "scsi-hd,drive=d0,bus=mpt0.0"],
        Arguments =
        [
            "-object", "throttle-group,id=g,x-iops-total=20,x-iops-total-max=20",
            "-blockdev", "driver=throttle,node-name=d0,throttle-group=g,file.driver=null-co,file.size=67108864,file.read-zeroes=on",
        ],
    };

    [Fact]
    public Task Starts_and_stops_leave_nothing() => StartAndStopAsync(5);

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public Task A_hundred_starts_and_stops_leave_nothing() => StartAndStopAsync(100);

    [Fact]
    public async Task When_qemu_is_killed_every_command_ends_within_a_second_and_memory_is_quiet()
    {
        // The limits of the commands are ten minutes: nothing but QEMU's death ends them. A busy machine may take its time once; not always.
        TimeSpan took = TimeSpan.MaxValue;
        for (int i = 0; i < 5 && took >= Promise; i++)
        {
            took = await KillAsync();
            output.WriteLine($"the last command ended {took.TotalMilliseconds:0} ms after QEMU was killed");
        }

        Assert.InRange(took, TimeSpan.Zero, Promise);
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_aborted()
    {
        await using QemuPlatform machine = await QemuMachine.StartAsync(Slow);
        await using PciFunction function = await machine.OpenAsync(machine.Functions.Single(f => f.VendorId == 0x1000).Address);
        await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function, new FusionMptDriverOptions { CommandTimeout = TimeSpan.FromMilliseconds(500) });
        ScsiDisk disk = await driver.OpenDiskAsync(0);

        // Twenty go through in a second: of these, most are aborted by QEMU's adapter, and none is lost.
        BlockDeviceStatus?[] ends = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => EndAsync(disk, i))).WaitAsync(Limit);
        Assert.Contains(BlockDeviceStatus.TimedOut, ends);
        Assert.All(ends, e => Assert.True(e is null or BlockDeviceStatus.TimedOut or BlockDeviceStatus.Aborted, $"{e}"));
        Assert.True(driver.Statistics.Aborts > 0, "nothing was aborted");
        while (driver.Statistics.Commands.Posted > 0) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);

        // QEMU works what was aborted off at its pace; then the disk is as quick as it was.
        Assert.True(await UntilReadAsync(disk), "the disk does not come back");
    }

    [Fact]
    public async Task An_option_that_qemu_refuses_is_told_in_its_own_words()
    {
        DeviceLostException refused = await Assert.ThrowsAsync<DeviceLostException>(() => QemuMachine.StartAsync(new() { Devices = ["no-such-device"] }));
        Assert.Contains("'no-such-device' is not a valid device model name", refused.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_no_qemu_is_told_so()
    {
        QemuMachine.Require();
        DeviceLostException odd = await Assert.ThrowsAsync<DeviceLostException>(() => QemuMachine.StartAsync(new() { Program = new QemuProgram("/bin/echo") }));
        Assert.Contains("QEMU ended with exit code 0. It said: -M q35", odd.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_qemu_that_stands_still_is_given_up_and_ended()
    {
        await using QemuPlatform machine = await QemuMachine.StartAsync(new() { Devices = ["edu"], AnswerTimeout = TimeSpan.FromSeconds(2) });
        await using PciFunction function = await machine.OpenAsync(machine.Functions.Single(f => f.VendorId == 0x1234).Address);
        RegisterWindow registers = function.MapBar(0);
        int id = machine.ProcessId;
        using (Process stop = Process.Start("kill", ["-STOP", id.ToString(CultureInfo.InvariantCulture)])) await stop.WaitForExitAsync();
        DeviceLostException still = Assert.Throws<DeviceLostException>(() => registers.Read32(0));
        Assert.Contains("has not answered for 2 s", still.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{id}"), "the stopped QEMU lives");
    }

    [Fact]
    public async Task The_conversation_can_be_followed()
    {
        var lines = new List<string>();
        await using (QemuPlatform machine = await QemuMachine.StartAsync(new() { Devices = ["edu"], Trace = line => { lock (lines) lines.Add(line); } }))
        {
            await using PciFunction function = await machine.OpenAsync(machine.Functions.Single(f => f.VendorId == 0x1234).Address);
            Assert.Equal(0x0100_00EDu, function.MapBar(0).Read32(0));
        }

        lock (lines)
        {
            Assert.Contains("> irq_intercept_in ioapic", lines);
            Assert.Contains("< OK 0x00000000010000ed", lines);
        }
    }

    [Fact]
    public async Task Folders_of_programs_that_are_gone_are_swept()
    {
        string orphan = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), PrivateDirectory.Prefix + "0000000000orphan")).FullName;
        await File.WriteAllTextAsync(Path.Combine(orphan, "owner"), "");
        await File.WriteAllTextAsync(Path.Combine(orphan, "rom"), "");
        using PrivateDirectory taken = PrivateDirectory.Create();
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(taken.Path));
        PrivateDirectory.Sweep(TimeProvider.System);
        Assert.False(Directory.Exists(orphan));
        Assert.True(Directory.Exists(taken.Path));
    }

    [Fact]
    public async Task A_folder_that_is_being_made_is_not_swept()
    {
        // Others that start sweep at any moment: here two threads do nothing else.
        using var enough = new CancellationTokenSource();
        Task[] sweeping = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!enough.IsCancellationRequested) PrivateDirectory.Sweep(TimeProvider.System);
        }))];
        for (int i = 0; i < 300; i++)
        {
            using PrivateDirectory made = PrivateDirectory.Create();
            await File.WriteAllTextAsync(Path.Combine(made.Path, "rom"), "");
        }

        await enough.CancelAsync();
        await Task.WhenAll(sweeping);
    }

    private static async Task<TimeSpan> KillAsync()
    {
        var patience = TimeSpan.FromMinutes(10);
        await using QemuPlatform machine = await QemuMachine.StartAsync(Slow);
        PciFunctionInfo info = machine.Functions.Single(f => f.VendorId == 0x1000);
        await using PciFunction function = await machine.OpenAsync(info.Address);
        await using FusionMptDriver driver = await FusionMptDriver.StartAsync(
            function, new FusionMptDriverOptions { CommandTimeout = patience, AbortTimeout = patience });
        ScsiDisk disk = await driver.OpenDiskAsync(0);
        Task[] commands = [.. Enumerable.Range(0, 64).Select(i => disk.ReadAsync(i * 4096, new byte[4096]).AsTask())];
        while (driver.Statistics.Commands.Posted < 32) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        long killed = Stopwatch.GetTimestamp();
        using (Process qemu = Process.GetProcessById(machine.ProcessId)) qemu.Kill();
        await Task.WhenAll(commands.Select(c => c.ContinueWith(_ => { }, TaskScheduler.Default))).WaitAsync(Limit);
        TimeSpan took = Stopwatch.GetElapsedTime(killed);
        int lost = 0;
        foreach (Task command in commands.Where(c => !c.IsCompletedSuccessfully))
        {
            Assert.Equal(BlockDeviceStatus.DeviceLost, (await Assert.ThrowsAsync<BlockDeviceException>(() => command)).Status);
            lost++;
        }

        Assert.InRange(lost, 32, 64);
        DeviceLostException gone = Assert.Throws<DeviceLostException>(() => function.MapBar(1).Read32(0));
        Assert.Contains("ended by signal 9", gone.Message, StringComparison.Ordinal);
        Assert.Equal(0, function.Domain.Quarantine.Bytes);
        await using QemuPlatform next = await QemuMachine.StartAsync(new());
        Assert.NotEmpty(next.Functions);
        return took;
    }

    private static async Task<bool> UntilReadAsync(ScsiDisk disk)
    {
        for (int i = 0; i < 20; i++)
            if (await EndAsync(disk, i) is null) return true;
        return false;
    }

    private static async Task<BlockDeviceStatus?> EndAsync(ScsiDisk disk, int number)
    {
        try
        {
            await disk.ReadAsync(number * 4096, new byte[4096]);
            return null;
        }
        catch (BlockDeviceException e)
        {
            return e.Status;
        }
    }

    private static async Task StartAndStopAsync(int times)
    {
        int handles = 0;
        for (int i = 0; i < times; i++)
        {
            int id;
            await using (QemuPlatform machine = await QemuMachine.StartAsync(new() { Devices = ["edu"], Iommu = i % 2 == 1 }))
            {
                id = machine.ProcessId;
                await using PciFunction function = await machine.OpenAsync(machine.Functions.Single(f => f.VendorId == 0x1234).Address);
                Assert.Equal(0x0100_00EDu, function.MapBar(0).Read32(0));

                // Nothing has a name any more, although it runs.
                Assert.DoesNotContain(Directory.EnumerateFiles("/dev/shm"), f => f.Contains("dmakit", StringComparison.Ordinal));
            }

            Assert.False(Directory.Exists($"/proc/{id}"), "QEMU lives on");
            int now = Directory.GetFiles("/proc/self/fd").Length;

            // The first rounds open what the runtime keeps: assemblies, threads, the signal pipe.
            if (i < Math.Max(2, times / 4)) handles = Math.Max(handles, now);
            else Assert.InRange(now, 0, handles + 3);
        }
    }
}
