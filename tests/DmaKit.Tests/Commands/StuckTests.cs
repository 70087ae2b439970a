using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>A device that neither answers nor can be reset: nobody waits for it for ever, and nothing that it was told of is used again.</summary>
public sealed class StuckTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void C4_DeclareStuckEndsTheCallThatWaitsForDataInTheDevicesReach()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        using SystemBuffer data = machine.Platform.AllocateSystemBuffer(4096);
        machine.Run(async () =>
        {
            Task<CommandOutcome<int>> ended = await PostAsync(machine, pool, data.Memory(0, 4096));
            await Task.Delay(10 * s_second, machine.Platform.Clock);
            Assert.False(ended.IsCompleted);
            machine.Dma.DeclareStuck();
            CommandOutcome<int> outcome = await ended;
            Assert.Equal((CommandStatus.TimedOut, false), (outcome.Status, outcome.HasReply));
            Assert.NotEmpty(machine.Dma.Domain.Quarantine.Entries);
            Assert.Equal(1, pool.Statistics.Quarantined);
            machine.Dma.DeclareQuiet();
            Assert.Empty(machine.Dma.Domain.Quarantine.Entries);
            Assert.Equal(pool.Capacity, pool.Statistics.Free);
        });
    }

    [Fact]
    public void C4_DeclareStuckEndsWaitsForPacketsRegistersAndTheTurn()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, new DmaConstraints { AddressBits = 28, ScatterGather = false });
        machine.Run(async () =>
        {
            // The device has the adapter's turn, and all packets.
            Task<CommandOutcome<int>> first = await PostAsync(machine, pool, new byte[100]);
            var others = new List<Task<CommandOutcome<int>>>();
            while (pool.TryRent(out Command<TestPacket, int> command))
                others.Add(command.PostAsync(default, machine.Registers, TestMachine.Doorbell, Timeout.InfiniteTimeSpan).AsTask());
            Task<Command<TestPacket, int>> packet = pool.RentAsync().AsTask();
            Task<DmaMapping> turn = machine.Dma.MapAsync(new byte[100], DmaDirection.ToDevice).AsTask();
            machine.Dma.DeclareStuck();
            Assert.Contains("hands out no packet", (await Assert.ThrowsAsync<DmaException>(() => packet)).Message, StringComparison.Ordinal);
            Assert.Contains("could not be reset", (await Assert.ThrowsAsync<DmaException>(() => turn)).Message, StringComparison.Ordinal);
            await first;
            foreach (Task<CommandOutcome<int>> other in others) Assert.Equal(CommandStatus.TimedOut, (await other).Status);
            await Assert.ThrowsAsync<DmaException>(async () => await pool.RentAsync());
            machine.Dma.DeclareQuiet();
            (await pool.RentAsync()).Dispose();
            (await machine.Dma.MapAsync(new byte[100], DmaDirection.ToDevice)).Complete(100);
        });
    }

    [Fact]
    public void R2_DeclareStuckEndsWaitsForMapRegisters()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        machine.Run(async () =>
        {
            int all = machine.Dma.Domain.MapRegisters.Capacity;
            using RegisterLease rest = machine.Dma.ReserveRegisters(all - 1);
            Task<CommandOutcome<int>> ended = await PostAsync(machine, pool, new byte[100]);
            Task<DmaMapping> waiting = machine.Dma.MapAsync(new byte[100], DmaDirection.ToDevice).AsTask();
            machine.Dma.DeclareStuck();
            await Assert.ThrowsAsync<DmaException>(() => waiting);
            await ended;
            Assert.Equal(0, machine.Dma.Domain.MapRegisters.Waiting);
        });
    }

    /// <summary>Its pool and its adapter are gone; the registers that the device had belong to everybody in the domain.</summary>
    [Fact]
    public void Q1_WhatADisposedPoolHadAtItsDeviceComesBackWhenThatIsGone()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        MapRegisters registers = machine.Dma.Domain.MapRegisters;
        machine.Run(async () =>
        {
            Task<CommandOutcome<int>> ended = await PostAsync(machine, pool, new byte[5000]);
            machine.Dma.DeclareStuck();
            await ended;
            await pool.DisposeAsync();
            await machine.Dma.DisposeAsync();
            Assert.Equal(registers.Capacity - 2, registers.Free);
            machine.Platform.Remove(machine.Function.Info.Address);
            Assert.Equal(registers.Capacity, registers.Free);
            Assert.Empty(machine.Function.Domain.Quarantine.Entries);
        });
    }

    /// <summary>A registration that ends while its handler runs is waited for; who waited goes on where the platform lets continuations run, and not on a thread that nobody planned.</summary>
    [Fact]
    public void T2_TheEndOfAHandlerIsHeardOnThePlatformsPump()
    {
        using var _ = Start(out TestMachine machine, out CommandPool<TestPacket, int> pool);
        Task? end = null;
        InterruptRegistration? registration = null;
        registration = machine.Function.Interrupts[0].Handle((in CallbackContext context) =>
        {
            machine.Registers.Write32(0x64, uint.MaxValue);
            end ??= registration!.DisposeAsync().AsTask();
            return true;
        });
        machine.Run(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            machine.Registers.Write32(0x60, 1);
            while (end is null) await Task.Delay(TimeSpan.FromMilliseconds(1), machine.Platform.Clock);
            await end;
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
        });
    }

    private static async Task<Task<CommandOutcome<int>>> PostAsync(TestMachine machine, CommandPool<TestPacket, int> pool, Memory<byte> data)
    {
        DmaMapping mapping = await machine.Dma.MapAsync(data, DmaDirection.FromDevice);
        Command<TestPacket, int> command = await pool.RentAsync();
        return command.PostAsync(mapping, machine.Registers, TestMachine.Doorbell, Timeout.InfiniteTimeSpan).AsTask();
    }

    private static Closing Start(out TestMachine machine, out CommandPool<TestPacket, int> pool, DmaConstraints? limits = null)
    {
        machine = new TestMachine(limits: limits);
        pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 4, 4);
        return new Closing(machine);
    }
}
