namespace DmaKit.Tests;

/// <summary>Timeout, cancellation and disposal give nothing back that the device may still touch.</summary>
public sealed class OverdueTests : ICommandSupervisor
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private readonly List<(CommandTag Tag, CommandStatus Why)> _overdue = [];

    void ICommandSupervisor.OnOverdue(CommandTag tag, LogicalAddress packet, CommandStatus why) => _overdue.Add((tag, why));

    [Fact]
    public void C4_BouncedDataLetsTheCallerGoAndStaysOutOfReachOfTheDevice()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        byte[] data = new byte[1000];
        machine.Run(async () =>
        {
            DmaMapping mapping = await machine.Dma.MapAsync(data, DmaDirection.FromDevice);
            LogicalAddress target = mapping.Elements[0].Address;
            Command<TestPacket, int> command = await pool.RentAsync();
            CommandTag tag = command.Tag;
            CommandOutcome<int> outcome = await command.PostAsync(mapping, machine.Registers, TestMachine.Doorbell, s_second);
            Assert.Equal(CommandStatus.TimedOut, outcome.Status);
            Assert.False(outcome.HasReply);
            Assert.Equal([(tag, CommandStatus.TimedOut)], _overdue);

            // The device writes after the timeout: into a register that nobody else has got meanwhile.
            await DeviceWritesAsync(machine, target, 1000);
            Assert.False(data.AsSpan().ContainsAnyExcept((byte)0), "the caller's array was changed after the timeout");
            Assert.Equal(machine.Dma.Domain.MapRegisters.Capacity - 1, machine.Dma.Domain.MapRegisters.Free);
            Assert.Contains("timed out", machine.Dma.Domain.Quarantine.Entries.Single().Reason, StringComparison.Ordinal);

            Assert.Equal(TagVerdict.Late, pool.Complete(tag, 0, 1000));
            Assert.False(data.AsSpan().ContainsAnyExcept((byte)0), "the caller's array was changed by a late completion");
            Assert.Equal(machine.Dma.Domain.MapRegisters.Capacity, machine.Dma.Domain.MapRegisters.Free);
            Assert.Empty(machine.Dma.Domain.Quarantine.Entries);
        });
    }

    [Fact]
    public void C4_TheOracleCatchesAPoolThatGivesRegistersBackAtTheTimeout()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        var victims = new List<byte[]> { new byte[1000] };
        machine.Run(async () =>
        {
            // The twin: abandons a mapping that the device has as if it had never been posted.
            DmaMapping mapping = await machine.Dma.MapAsync(new byte[1000], DmaDirection.FromDevice);
            LogicalAddress target = mapping.Elements[0].Address;
            mapping.Dispose();
            var others = new List<DmaMapping>();
            while (machine.Dma.TryMap(victims[^1], DmaDirection.FromDevice, out DmaMapping other))
            {
                others.Add(other);
                victims.Add(new byte[1000]);
            }

            await DeviceWritesAsync(machine, target, 1000);
            foreach (DmaMapping other in others) other.Complete(1000);
            Assert.Single(victims, victim => victim.AsSpan().ContainsAnyExcept((byte)0));
        });
    }

    [Fact]
    public void C4_DataMappedWhereItLiesKeepsTheCallerUntilTheTagIsBack()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        using CommonBuffer data = machine.Dma.AllocateCommonBuffer(4096);
        machine.Run(async () =>
        {
            DmaMapping mapping = await machine.Dma.MapAsync(data.Memory(0, 1000), DmaDirection.FromDevice);
            Command<TestPacket, int> command = await pool.RentAsync();
            CommandTag tag = command.Tag;
            Task<CommandOutcome<int>> ended = command.PostAsync(mapping, machine.Registers, TestMachine.Doorbell, s_second).AsTask();
            await Task.Delay(TimeSpan.FromSeconds(10), machine.Platform.Clock);
            Assert.Equal([(tag, CommandStatus.TimedOut)], _overdue);
            Assert.False(ended.IsCompleted, "the caller got his memory back while the device may still write it");
            Assert.Equal(TagVerdict.Accepted, pool.Complete(tag, 5, 1000));
            CommandOutcome<int> outcome = await ended;
            Assert.Equal(CommandStatus.TimedOut, outcome.Status);
            Assert.True(outcome.HasReply);
            Assert.Equal(5, outcome.Reply);
        });
    }

    [Fact]
    public void C4_DataMappedWhereItLiesIsFreeWhenTheDeviceIsQuiet()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        using CommonBuffer data = machine.Dma.AllocateCommonBuffer(4096);
        machine.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            DmaMapping mapping = await machine.Dma.MapAsync(data.Memory(0, 1000), DmaDirection.FromDevice);
            Command<TestPacket, int> command = await pool.RentAsync();
            Task<CommandOutcome<int>> ended = command.PostAsync(mapping, machine.Registers, TestMachine.Doorbell, Timeout.InfiniteTimeSpan, stop.Token).AsTask();
            await stop.CancelAsync();
            await Task.Delay(TimeSpan.FromSeconds(3), machine.Platform.Clock);
            Assert.Equal(CommandStatus.Cancelled, Assert.Single(_overdue).Why);
            Assert.False(ended.IsCompleted);
            machine.Dma.DeclareQuiet();
            CommandOutcome<int> outcome = await ended;
            Assert.Equal(CommandStatus.Cancelled, outcome.Status);
            Assert.False(outcome.HasReply);
            Assert.Equal(pool.Capacity, pool.Statistics.Free);
        });
    }

    [Fact]
    public void C4_CancellationBeforePostingGivesAllBack()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        machine.Run(async () =>
        {
            DmaMapping mapping = await machine.Dma.MapAsync(new byte[100], DmaDirection.ToDevice);
            Command<TestPacket, int> command = await pool.RentAsync();
            CommandOutcome<int> outcome = await command.PostAsync(mapping, machine.Registers, TestMachine.Doorbell, s_second, new CancellationToken(canceled: true));
            Assert.Equal(CommandStatus.Cancelled, outcome.Status);
            Assert.Equal(machine.Dma.Domain.MapRegisters.Capacity, machine.Dma.Domain.MapRegisters.Free);
            Assert.Equal(pool.Capacity, pool.Statistics.Free);
            Assert.Equal(0, pool.Statistics.PostedTotal);
            Assert.Empty(_overdue);
        });
    }

    [Fact]
    public void C4_QuietEndsWhatIsPosted()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        machine.Run(async () =>
        {
            var ended = new List<Task<CommandOutcome<int>>>();
            for (int i = 0; i < pool.Capacity; i++)
                ended.Add((await pool.RentAsync()).PostAsync(default, machine.Registers, TestMachine.Doorbell, s_second).AsTask());
            machine.Dma.DeclareQuiet();
            foreach (Task<CommandOutcome<int>> end in ended) Assert.Equal(CommandStatus.Aborted, (await end).Status);
            Assert.Equal(pool.Capacity, pool.Statistics.Free);
            Assert.Equal(0, pool.Statistics.Posted);
        });
    }

    [Fact]
    public void Q2_DisposingAPoolInUseIsReportedAndQuarantined()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        machine.Run(async () =>
        {
            Command<TestPacket, int> command = await pool.RentAsync();
            Task<CommandOutcome<int>> ended = command.PostAsync(default, machine.Registers, TestMachine.Doorbell, Timeout.InfiniteTimeSpan).AsTask();
            await pool.DisposeAsync();
            Assert.Contains(machine.Platform.Misuse.Reports, r => r.Rule == "pool-disposed-while-in-use");
            Assert.True(machine.Dma.Domain.Quarantine.Bytes > 0);
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pool.RentAsync());
            machine.Dma.DeclareQuiet();
            Assert.Equal(CommandStatus.Aborted, (await ended).Status);
            Assert.Equal(0, machine.Dma.Domain.Quarantine.Bytes);
        });
    }

    [Fact]
    public void C1_AWaitForAPacketEndsAsCancelledOrGranted()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        machine.Run(async () =>
        {
            var held = new List<Command<TestPacket, int>>();
            while (pool.TryRent(out Command<TestPacket, int> command)) held.Add(command);
            using var stop = new CancellationTokenSource();
            Task<Command<TestPacket, int>> cancelled = pool.RentAsync(stop.Token).AsTask();
            Task<Command<TestPacket, int>> granted = pool.RentAsync().AsTask();
            Task<Command<TestPacket, int>> disposed = pool.RentAsync().AsTask();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            held[0].Dispose();
            (await granted).Dispose();
            Command<TestPacket, int> last = await disposed;
            foreach (Command<TestPacket, int> command in held.Skip(1).Append(last)) command.Dispose();
            Assert.Equal(pool.Capacity, pool.Statistics.Free);
        });
    }

    private static async Task DeviceWritesAsync(TestMachine machine, LogicalAddress target, int length)
    {
        // edu writes its buffer to memory: what it fetched from a page of sevens.
        using CommonBuffer source = machine.Dma.AllocateCommonBuffer(4096);
        source.Span(0, length).Fill(7);
        machine.Registers.Write64(0x80, source.LogicalAddress.Value);
        machine.Registers.Write64(0x88, 0x40000);
        machine.Registers.Write64(0x90, (ulong)length);
        machine.Registers.Write64(0x98, 1);
        await Task.Delay(TimeSpan.FromMilliseconds(1), machine.Platform.Clock);
        machine.Registers.Write64(0x80, 0x40000);
        machine.Registers.Write64(0x88, target.Value);
        machine.Registers.Write64(0x98, 3);
        await Task.Delay(TimeSpan.FromMilliseconds(1), machine.Platform.Clock);
        source.DeclareQuiet();
    }

    private Closing Start(out TestMachine machine, out CommandPool<TestPacket, int> pool)
    {
        machine = new TestMachine();
        pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 4, 1, new CommandPoolOptions { Supervisor = this });
        return new Closing(machine);
    }
}
