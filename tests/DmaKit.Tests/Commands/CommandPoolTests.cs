namespace DmaKit.Tests;

/// <summary>Command pools, with the test as the device: it gives tags back as it likes.</summary>
public sealed class CommandPoolTests
{
    private static readonly TimeSpan s_never = Timeout.InfiniteTimeSpan;

    [Fact]
    public void C1_CapacityIsWhatThereWas()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 10, new CommandPoolOptions { TrailingBytes = 192, Alignment = 256 });
        Assert.Equal(10, pool.Capacity);
        var seen = new HashSet<LogicalAddress>();
        for (int i = 0; i < 10; i++)
        {
            Assert.True(pool.TryRent(out Command<TestPacket, int> command));
            Assert.True(seen.Add(command.LogicalAddress));
            Assert.True(command.LogicalAddress.IsAligned(256));
            Assert.Equal(192, command.Trailing.Length);
            Assert.Equal(command.LogicalAddress + 64, command.TrailingAddress);
        }

        Assert.False(pool.TryRent(out Command<TestPacket, int> _));
        Assert.Equal(0, pool.Statistics.Free);
    }

    [Fact]
    public void C1_PacketsLieInOneWindow()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 64, new CommandPoolOptions { AddressWindow = 1 << 20, TrailingBytes = 4032 });
        var windows = new HashSet<ulong>();
        while (pool.TryRent(out Command<TestPacket, int> command)) windows.Add(command.LogicalAddress.Value >> 20);
        Assert.Single(windows);
    }

    [Fact]
    public void C1_WaitersAreServedInOrder()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 4);
        var order = new List<int>();
        machine.Run(async () =>
        {
            async Task RequestAsync(int number)
            {
                Command<TestPacket, int> command = await pool.RentAsync();
                order.Add(number);
                CommandTag tag = command.Tag;
                ValueTask<CommandOutcome<int>> ended = command.PostAsync(default, machine.Registers, TestMachine.Doorbell, s_never);
                Assert.Equal(TagVerdict.Accepted, pool.Complete(tag, number, 0));
                Assert.Equal(number, (await ended).Reply);
            }

            await Task.WhenAll(Enumerable.Range(0, 1000).Select(RequestAsync));
        });
        Assert.Equal(Enumerable.Range(0, 1000), order);
        Assert.Equal(4, pool.Statistics.Free);
        Assert.Equal(1000, pool.Statistics.CompletedTotal);
    }

    [Fact]
    public void C2_AnUnknownTagIsCountedAndHarmless()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 5);
        Assert.Equal(TagVerdict.Unknown, pool.Complete(CommandTag.FromWire(0x8000_0001), 0, 0));
        Assert.Equal(TagVerdict.Unknown, pool.Complete(CommandTag.FromWire(0xF), 0, 0));
        Assert.Equal(2, pool.Statistics.UnknownTags);
        Assert.Contains(machine.Platform.Misuse.Reports, r => r.Rule == "device-returned-unknown-tag");
    }

    [Fact]
    public void C2_ATagGivenBackTwiceIsStale()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 2);
        machine.Run(async () =>
        {
            Command<TestPacket, int> command = await pool.RentAsync();
            CommandTag tag = command.Tag;
            Assert.Equal(TagVerdict.Stale, pool.Complete(tag, 0, 0));
            ValueTask<CommandOutcome<int>> ended = command.PostAsync(default, machine.Registers, TestMachine.Doorbell, s_never);
            Assert.Equal(TagVerdict.Accepted, pool.Complete(tag, 1, 0));
            Assert.Equal(TagVerdict.Stale, pool.Complete(tag, 2, 0));
            Assert.Equal(1, (await ended).Reply);
            Assert.Equal(TagVerdict.Stale, pool.Complete(tag, 3, 0));

            // The same packet again: the tag of its first life must not end its second.
            Command<TestPacket, int> again = await pool.RentAsync();
            Assert.NotEqual(tag, again.Tag);
            Assert.Equal(TagVerdict.Stale, pool.Complete(tag, 4, 0));
            again.Dispose();
        });
        Assert.Equal(4, pool.Statistics.StaleTags);
    }

    [Fact]
    public void C2_TagsFitTheWireAndSkipZeroWhenTheyWrap()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 4, new CommandPoolOptions { TagBits = 8 });
        machine.Run(async () =>
        {
            var tags = new List<uint>();
            for (int i = 0; i < 300; i++)
            {
                Command<TestPacket, int> command = await pool.RentAsync();
                CommandTag tag = command.Tag;
                tags.Add(tag.Wire);
                ValueTask<CommandOutcome<int>> ended = command.PostAsync(default, machine.Registers, TestMachine.Doorbell, s_never);
                Assert.Equal(TagVerdict.Accepted, pool.Complete(tag, i, 0));
                await ended;
            }

            Assert.All(tags, t => Assert.InRange(t, 4u, 255u));
            Assert.True(tags.Distinct().Count() > 60);
        });
    }

    [Fact]
    public void C2_AQuarantinedTagIsNotIssuedAgain()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 2);
        machine.Run(async () =>
        {
            Command<TestPacket, int> lost = await pool.RentAsync();
            CommandTag tag = lost.Tag;
            CommandOutcome<int> outcome = await lost.PostAsync(default, machine.Registers, TestMachine.Doorbell, TimeSpan.FromSeconds(1));
            Assert.Equal(CommandStatus.TimedOut, outcome.Status);
            for (int i = 0; i < 100; i++)
            {
                Command<TestPacket, int> command = await pool.RentAsync();
                Assert.NotEqual(tag, command.Tag);
                Assert.False(pool.TryRent(out Command<TestPacket, int> _), "the packet that the device still has was handed out");
                command.Dispose();
            }

            Assert.Equal(1, pool.Statistics.Quarantined);
            Assert.Equal(TagVerdict.Late, pool.Complete(tag, 0, 0));
            Assert.Equal(0, pool.Statistics.Quarantined);
            Assert.Equal(2, pool.Statistics.Free);
            Assert.Equal(0, machine.Dma.Domain.Quarantine.Bytes);
        });
    }

    [Fact]
    public void C3_APostedPacketIsOutOfReachOfItsHandle()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 2);
        machine.Run(async () =>
        {
            Command<TestPacket, int> command = await pool.RentAsync();
            command.Packet = new TestPacket { Tag = command.Tag.Wire };
            CommandTag tag = command.Tag;
            ValueTask<CommandOutcome<int>> ended = command.PostAsync(default, machine.Registers, TestMachine.Doorbell, s_never);
            Assert.Throws<DmaMisuseException>(() => command.Packet = default);
            Assert.Throws<DmaMisuseException>(() => command.Packet);
            Assert.Throws<DmaMisuseException>(() => command.Trailing.Length);
            Assert.Throws<DmaMisuseException>(() => command.Tag);
            await Assert.ThrowsAsync<DmaMisuseException>(async () => await command.PostAsync(default, machine.Registers, TestMachine.Doorbell, s_never));
            command.Dispose();
            Assert.Equal(1, pool.Statistics.Posted);
            Assert.Equal(TagVerdict.Accepted, pool.Complete(tag, 0, 0));
            await ended;
            Assert.Throws<DmaMisuseException>(() => command.Packet);
        });
    }

    [Fact]
    public void C3_APacketThatWasNotPostedGoesBack()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 1);
        Assert.True(pool.TryRent(out Command<TestPacket, int> command));
        command.Dispose();
        command.Dispose();
        Assert.True(pool.TryRent(out Command<TestPacket, int> again));
        Assert.Throws<DmaMisuseException>(() => command.Tag);
        Assert.Equal(0, pool.Statistics.Free);
        again.Dispose();
    }

    [Fact]
    public void C3_AFailedDoorbellGivesPacketAndMappingBack()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 1);
        machine.Run(async () =>
        {
            DmaMapping mapping = await machine.Dma.MapAsync(new byte[100], DmaDirection.ToDevice);
            Command<TestPacket, int> command = await pool.RentAsync();
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                async () => await command.PostAsync(mapping, machine.Registers, machine.Registers.Length, s_never));
            Assert.Equal(1, pool.Statistics.Free);
            Assert.Equal(0, pool.Statistics.Posted);
            Assert.Equal(machine.Dma.Domain.MapRegisters.Capacity, machine.Dma.Domain.MapRegisters.Free);
        });
    }

    [Fact]
    public void C5_TheAnswerInThePacketIsCopiedOnce()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 1);
        machine.Run(async () =>
        {
            Command<TestPacket, int> command = await pool.RentAsync();
            CommandTag tag = command.Tag;
            LogicalAddress packet = command.LogicalAddress;
            ValueTask<CommandOutcome<int>> ended = command.PostAsync(default, machine.Registers, TestMachine.Doorbell, s_never);
            DeviceWrites(pool, packet, answer: 7);
            int reads = 0;
            Assert.Equal(TagVerdict.Accepted, pool.Complete(tag, (in TestPacket copy, out long bytes) =>
            {
                reads++;
                DeviceWrites(pool, packet, answer: 8);
                bytes = 0;
                return (int)copy.Answer;
            }));
            DeviceWrites(pool, packet, answer: 9);
            Assert.Equal(7, (await ended).Reply);
            Assert.Equal(1, reads);
        });
    }

    [Fact]
    public async Task T1_PostingAndCompletingFromManyThreadsLosesNothing()
    {
        const int Requests = 20_000;
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, packets: 16, stepped: false);
        var posted = new System.Collections.Concurrent.ConcurrentQueue<CommandTag>();
        using var stop = new CancellationTokenSource();
        var device = new Thread(() =>
        {
            // The device: gives each tag back once, and now and then a stale one again.
            var random = new Random(11);
            while (!stop.IsCancellationRequested)
            {
                if (!posted.TryDequeue(out CommandTag tag))
                {
                    Thread.Yield();
                    continue;
                }

                Assert.Equal(TagVerdict.Accepted, pool.Complete(tag, (int)tag.Wire, 0));
                if (random.Next(8) == 0) Assert.Equal(TagVerdict.Stale, pool.Complete(tag, 0, 0));
            }
        });
        device.Start();
        async Task WorkAsync(int worker)
        {
            for (int i = worker; i < Requests; i += 8)
            {
                Command<TestPacket, int> command = await pool.RentAsync();
                CommandTag tag = command.Tag;
                ValueTask<CommandOutcome<int>> ended = command.PostAsync(default, new TellQueue(machine, posted), TimeSpan.FromSeconds(30));
                CommandOutcome<int> outcome = await ended;
                Assert.Equal(CommandStatus.Completed, outcome.Status);
                Assert.Equal((int)tag.Wire, outcome.Reply);
            }
        }

        Task[] workers = [.. Enumerable.Range(0, 8).Select(WorkAsync)];
        await Task.WhenAll(workers).WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        device.Join();
        Assert.Equal(Requests, pool.Statistics.CompletedTotal);
        Assert.Equal(16, pool.Statistics.Free);
    }

    private static void DeviceWrites(CommandPool<TestPacket, int> pool, LogicalAddress packet, uint answer) =>
        pool.Buffers[0].Write(packet - pool.Buffers[0].LogicalAddress + 4, answer);

    private static Closing Start(
        out TestMachine machine, out CommandPool<TestPacket, int> pool, int packets, CommandPoolOptions? options = null, bool stepped = true)
    {
        machine = new TestMachine(stepped: stepped);
        pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, packets, 1, options);
        return new Closing(machine);
    }

    private sealed class TellQueue(TestMachine machine, System.Collections.Concurrent.ConcurrentQueue<CommandTag> posted) : ICommandDoorbell
    {
        public void Ring(LogicalAddress packet, CommandTag tag)
        {
            machine.Registers.Write32(TestMachine.Doorbell, packet.LowHalf);
            posted.Enqueue(tag);
        }
    }
}
