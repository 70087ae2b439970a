using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class InterruptTests
{
    [Fact]
    public async Task A_handler_never_runs_on_the_stack_of_a_register_access()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice(WithMessages(1, 0));
        await using PciFunction function = await OpenAsync(machine, probe);
        probe.Written = (_, _) => probe.Host.SignalInterrupt(0, asserted: true);
        int runs = 0;
        await using InterruptRegistration handler = function.Interrupts[0].Handle((in CallbackContext _) => ++runs > 0);
        function.MapBar(0).Write32(0, 1);
        Assert.Equal(0, runs);
        machine.RunUntilIdle();
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Messages_wait_behind_the_mask_and_several_become_one()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice(WithMessages(4, 0));
        await using PciFunction function = await OpenAsync(machine, probe);
        Assert.Equal(4, function.Interrupts.Count);
        for (int i = 0; i < 3; i++) probe.Host.SignalInterrupt(2, asserted: true);
        machine.RunUntilIdle();
        int runs = 0;
        await using (function.Interrupts[2].Handle((in CallbackContext _) => ++runs > 0))
        {
            machine.RunUntilIdle();
            Assert.Equal(1, runs);
            probe.Host.SignalInterrupt(2, asserted: false);
            probe.Host.SignalInterrupt(1, asserted: true);
            machine.RunUntilIdle();
            Assert.Equal(1, runs);
        }

        probe.Host.SignalInterrupt(2, asserted: true);
        machine.RunUntilIdle();
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Messages_need_bus_mastering()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice(WithMessages(1, 0));
        await using PciFunction function = await OpenAsync(machine, probe);
        function.BusMaster = false;
        int runs = 0;
        await using InterruptRegistration handler = function.Interrupts[0].Handle((in CallbackContext _) => ++runs > 0);
        probe.Host.SignalInterrupt(0, asserted: true);
        machine.RunUntilIdle();
        Assert.Equal(0, runs);
    }

    [Fact]
    public async Task Message_table_masks_one_vector_and_shows_it_pending()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice(WithMessages(0, 5));
        await using PciFunction function = await OpenAsync(machine, probe);
        Assert.Equal(InterruptKind.MessageX, function.Interrupts[4].Kind);
        uint where = function.Config.Read32(0x64);
        RegisterWindow table = function.MapBar((int)(where & 7));
        long pending = function.Config.Read32(0x68) & ~7u;
        int[] runs = new int[5];
        for (int i = 0; i < 5; i++)
        {
            int vector = i;
            function.Interrupts[i].Handle((in CallbackContext _) => ++runs[vector] > 0);
        }

        table.Write32((3 * 16) + 12, 1);
        for (int i = 0; i < 5; i++) probe.Host.SignalInterrupt(i, asserted: true);
        machine.RunUntilIdle();
        Assert.Equal([1, 1, 1, 0, 1], runs);
        Assert.Equal(1ul << 3, table.Read64(pending));
        table.Write32((3 * 16) + 12, 0);
        machine.RunUntilIdle();
        Assert.Equal([1, 1, 1, 1, 1], runs);
        Assert.Equal(0ul, table.Read64(pending));
    }

    [Fact]
    public async Task A_shared_line_reaches_every_handler_until_it_is_low()
    {
        await using var machine = NewMachine();
        var one = new ProbeDevice();
        var other = new ProbeDevice();
        await using PciFunction a = await machine.FunctionAsync(machine.Add(one, "0000:00:04.0"));
        await using PciFunction b = await machine.FunctionAsync(machine.Add(other, "0000:00:08.0"));
        int asked = 0;
        int left = 3;
        await using InterruptRegistration first = a.Interrupts[0].Handle((in CallbackContext _) => ++asked < 0);
        await using InterruptRegistration second = b.Interrupts[0].Handle((in CallbackContext _) =>
        {
            if (--left == 0) other.Host.SignalInterrupt(0, asserted: false);
            return true;
        });

        other.Host.SignalInterrupt(0, asserted: true);
        Assert.Equal(8, b.Config.Read16(0x06) & 8);
        machine.RunUntilIdle();
        Assert.Equal((3, 0), (asked, left));
        Assert.Equal(0, b.Config.Read16(0x06) & 8);
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public async Task Functions_on_other_lines_are_not_asked()
    {
        await using var machine = NewMachine();
        var one = new ProbeDevice();
        await using PciFunction a = await machine.FunctionAsync(machine.Add(new ProbeDevice(), "0000:00:04.0"));
        await using PciFunction b = await machine.FunctionAsync(machine.Add(one, "0000:00:05.0"));
        int asked = 0;
        await using InterruptRegistration first = a.Interrupts[0].Handle((in CallbackContext _) => ++asked < 0);
        await using InterruptRegistration second = b.Interrupts[0].Handle((in CallbackContext _) =>
        {
            one.Host.SignalInterrupt(0, asserted: false);
            return true;
        });
        one.Host.SignalInterrupt(0, asserted: true);
        machine.RunUntilIdle();
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task The_disable_bit_keeps_the_line_low()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        await using PciFunction function = await OpenAsync(machine, probe);
        int runs = 0;
        await using InterruptRegistration handler = function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            probe.Host.SignalInterrupt(0, asserted: false);
            return ++runs > 0;
        });
        function.Config.Write16(0x04, 0x407);
        probe.Host.SignalInterrupt(0, asserted: true);
        machine.RunUntilIdle();
        Assert.Equal(0, runs);
        function.Config.Write16(0x04, 0x007);
        machine.RunUntilIdle();
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_line_that_nobody_cares_about_is_masked_and_revived_by_a_handler()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        await using PciFunction function = await OpenAsync(machine, probe);
        int runs = 0;
        await using (function.Interrupts[0].Handle((in CallbackContext _) => ++runs < 0))
        {
            probe.Host.SignalInterrupt(0, asserted: true);
            machine.RunUntilIdle();
        }

        Assert.Equal(1000, runs);
        MisuseReport report = Assert.Single(machine.Misuse.Reports);
        Assert.Equal("interrupt-nobody-cared", report.Rule);

        await using InterruptRegistration better = function.Interrupts[0].Handle((in CallbackContext _) =>
        {
            probe.Host.SignalInterrupt(0, asserted: false);
            return ++runs > 0;
        });
        machine.RunUntilIdle();
        Assert.Equal(1001, runs);
    }

    [Fact]
    public async Task After_closing_nothing_is_delivered()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice(WithMessages(1, 0));
        PciFunction function = await OpenAsync(machine, probe);
        int runs = 0;
        function.Interrupts[0].Handle((in CallbackContext _) => ++runs > 0);
        probe.Host.SignalInterrupt(0, asserted: true);
        await function.DisposeAsync();
        probe.Host.SignalInterrupt(0, asserted: true);
        machine.RunUntilIdle();
        Assert.Equal(0, runs);
    }

    private static DeviceIdentity WithMessages(int messages, int extended) =>
        ProbeDevice.NewIdentity() with { MessageVectors = messages, MessageXVectors = extended };

    private static EmulatedPlatform NewMachine() => new(new() { MemoryBytes = 1 << 20, Stepped = true });

    private static async Task<PciFunction> OpenAsync(EmulatedPlatform machine, ProbeDevice probe)
    {
        PciFunction function = await machine.FunctionAsync(machine.Add(probe));
        function.BusMaster = true;
        return function;
    }
}
