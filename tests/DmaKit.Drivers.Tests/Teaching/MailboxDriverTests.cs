using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

public sealed class MailboxDriverTests
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, true, false)]
    public async Task Bytes_go_there_and_back(bool contiguous, bool pages, bool iommu)
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true, Fragmentation = 0.95, Seed = 4, Iommu = iommu });
        await RunAsync(machine, new MailboxDevice(new MailboxOptions { NeedsContiguous = contiguous, NeedsPageAligned = pages }), async mailbox =>
        {
            Assert.Equal(1 << 20, mailbox.Length);
            using SystemBuffer system = machine.AllocateSystemBuffer(100_000);
            foreach (Memory<byte> data in (Memory<byte>[])[new byte[100_000], system.Memory()])
            {
                byte[] expected = Pattern.Bytes(data.Length, 3);
                expected.CopyTo(data);
                await mailbox.WriteAsync(777, data);
                data.Span.Clear();
                await mailbox.ReadAsync(777, data);
                Assert.True(expected.AsSpan().SequenceEqual(data.Span));
            }

            await mailbox.FillAsync(10, 3, 1);
            Assert.Equal(0x0009_0004u, await mailbox.ChecksumAsync(10, 3));
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task C1_Many_requests_through_few_packets()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        await RunAsync(machine, new MailboxDevice(), async mailbox =>
        {
            Assert.Equal(3, mailbox.Packets);
            await Task.WhenAll(Enumerable.Range(0, 200).Select(i => mailbox.WriteAsync(i * 100, Pattern.Bytes(100, i)).AsTask()));
            var all = new byte[20_000];
            await mailbox.ReadAsync(0, all);
            for (int i = 0; i < 200; i++) Assert.Equal(Pattern.Bytes(100, i), all[(i * 100)..(i * 100 + 100)]);
            Assert.Equal(3, mailbox.Statistics.PostedHighWater);
        }, packets: 3);
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task What_the_device_refuses_is_a_typed_error()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        await RunAsync(machine, new MailboxDevice(), async mailbox =>
        {
            MailboxException error = await Assert.ThrowsAsync<MailboxException>(() => mailbox.WriteAsync((1 << 20) - 1, new byte[2]).AsTask());
            Assert.Equal((MailboxStatus.OutsideMemory, CommandStatus.Completed), (error.Status, error.Command));
            Assert.Equal(0, mailbox.Resets);
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task C4_A_device_that_does_not_answer_is_reset_and_others_are_sent_again()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        const long packetLow = 0x10;
        SilentDevice? silent = null;
        await RunAsync(machine, silent = new SilentDevice(new MailboxDevice(), (_, offset, _) => offset == packetLow) { Silent = false }, async mailbox =>
        {
            using SystemBuffer buffer = machine.AllocateSystemBuffer(512);
            silent!.Silent = true;
            Task direct = mailbox.ReadAsync(0, buffer.Memory(0, 512)).AsTask();
            await Task.Delay(TimeSpan.FromSeconds(3), machine.Clock);
            Task young = mailbox.FillAsync(0, 100, 7).AsTask();
            silent.Silent = false;
            MailboxException error = await Assert.ThrowsAsync<MailboxException>(() => direct);
            Assert.Equal((MailboxStatus.NotDone, CommandStatus.TimedOut), (error.Status, error.Command));
            await young;
            Assert.Equal(1, mailbox.Resets);
            var read = new byte[100];
            await mailbox.ReadAsync(0, read);
            Assert.Equal(Pattern.Constant(100, 7), read);
            Assert.Equal(mailbox.Packets, mailbox.Statistics.Free);
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task C2_Contexts_that_are_none_of_ours_are_counted()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        const long completed = 0x18;
        ulong last = 0;
        var lies = new Queue<ulong>();
        await RunAsync(machine, new ReplyTamperer(new MailboxDevice(), 0, completed, Rewrite), async mailbox =>
        {
            await mailbox.FillAsync(0, 1, 1);
            lies.Enqueue(last);
            lies.Enqueue(0x7000_003F);
            await mailbox.FillAsync(0, 1, 2);
            await mailbox.FillAsync(0, 1, 3);
            Assert.Equal(2, mailbox.Statistics.StaleTags + mailbox.Statistics.UnknownTags);
            Assert.Equal(mailbox.Packets, mailbox.Statistics.Free);
        }, packets: 40);
        Assert.Equal(2, machine.Misuse.Reports.Count);
        Assert.All(machine.Misuse.Reports, r => Assert.StartsWith("device-returned-", r.Rule));

        // A lie takes the place of an empty read; the true one is asked for again.
        ulong Rewrite(ulong value)
        {
            if (value != uint.MaxValue) last = value;
            return value == uint.MaxValue && lies.TryDequeue(out ulong lie) ? lie : value;
        }
    }

    [Fact]
    public async Task A_cancelled_request_is_over_when_the_device_let_go()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        await RunAsync(machine, new MailboxDevice(new MailboxOptions { PacketDelay = TimeSpan.FromSeconds(1) }), async mailbox =>
        {
            using var giveUp = new CancellationTokenSource();
            Task fill = mailbox.FillAsync(0, 1, 1, giveUp.Token).AsTask();
            giveUp.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fill);
            await mailbox.FillAsync(0, 1, 2);
            Assert.Equal(1, mailbox.Resets);
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task A_device_that_is_pulled_out_ends_every_request()
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        string address = machine.Add(new MailboxDevice(new MailboxOptions { PacketDelay = TimeSpan.FromSeconds(1) }));
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await using MailboxDriver mailbox = MailboxDriver.Start(function);
            Task fill = mailbox.FillAsync(0, 1, 1).AsTask();
            machine.Remove(address);
            Assert.Equal(CommandStatus.DeviceLost, (await Assert.ThrowsAsync<MailboxException>(() => fill)).Command);
        });
        Assert.Empty(machine.Misuse.Reports);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_start_that_gets_too_little_memory_leaves_none_behind(int allocations)
    {
        await using var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        FaultPlan.Parse($"refused-allocation@{allocations}x1000").Interpose(machine);
        string address = machine.Add(new MailboxDevice(new MailboxOptions()));
        await using PciFunction function = await machine.OpenAsync(address);
        Assert.Throws<DmaResourceException>(() => MailboxDriver.Start(function));
        Assert.Empty(function.Domain.CommonBuffers);
        Assert.Empty(machine.Misuse.Reports);
    }

    private static Task RunAsync(EmulatedPlatform machine, DeviceModel model, Func<MailboxDriver, Task> test, int packets = 64)
    {
        string address = machine.Add(model);
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await using MailboxDriver mailbox = MailboxDriver.Start(function, packets);
            await test(mailbox);
        });
        return Task.CompletedTask;
    }
}
