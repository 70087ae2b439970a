using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class InterposerTests
{
    [Fact]
    public async Task As_it_stands_it_passes_everything_on()
    {
        await using var machine = NewMachine();
        string address = machine.Add(new PassOn(new PassOn(new EduDevice())));
        byte[] data = EduProgram.Pattern(500, seed: 2);
        byte[] back = machine.Run(async () =>
        {
            await using PciFunction card = await machine.FunctionAsync(address);
            return await EduProgram.RoundTripAsync(card, data);
        });
        Assert.Equal(data, back);
        Assert.Equal(2, machine.CountersOf(address).Commands);
    }

    [Fact]
    public async Task A_silent_device_never_answers()
    {
        await using var machine = NewMachine();
        var silent = new SilentDevice(new EduDevice(), (_, offset, _) => offset == 0x98);
        string address = machine.Add(silent);
        machine.Run(async () =>
        {
            await using PciFunction card = await machine.FunctionAsync(address);
            card.BusMaster = true;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), machine.Clock);
            card.MapBar(0).Write64(0x98, 5);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await card.Interrupts[0].WaitAsync(limit.Token));
        });
        Assert.Equal(1, silent.Dropped);
        Assert.Equal(TimeSpan.FromSeconds(2), machine.Clock.GetElapsedTime(0));
    }

    [Fact]
    public async Task A_tamperer_rewrites_one_register()
    {
        await using var machine = NewMachine();
        await using PciFunction card = await machine.FunctionAsync(machine.Add(new ReplyTamperer(new EduDevice(), 0, 0x00, value => value ^ 1)));
        RegisterWindow registers = card.MapBar(0);
        Assert.Equal(0x010000ECu, registers.Read32(0));
        registers.Write32(4, 0);
        Assert.Equal(uint.MaxValue, registers.Read32(4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_late_writer_writes_after_its_interrupt_unless_shut_out(bool iommu)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 1 << 20, Stepped = true, Iommu = iommu });
        var late = new LateWriter(new EduDevice());
        await using PciFunction card = await machine.FunctionAsync(machine.Add(late));
        DomainMemory memory = card.Domain.Memory;
        Assert.True(memory.TryAllocate(FragmentationTests.Request(4096, 0xFFFFFFF), out MemoryRun run));
        card.BusMaster = true;
        machine.Run(async () =>
        {
            RegisterWindow registers = card.MapBar(0);
            DmaKit.Native.HostMemory.Span(run.Host, 1)[0] = 42;
            await EduProgram.TransferAsync(card, registers, run.Logical.Value, EduProgram.Inside, 1, 0x5);
            DmaKit.Native.HostMemory.Span(run.Host, 1)[0] = 0;
            await EduProgram.TransferAsync(card, registers, EduProgram.Inside, run.Logical.Value, 1, 0x7);
        });
        Assert.Equal(1, late.Held);
        Assert.Equal(0, DmaKit.Native.HostMemory.Span(run.Host, 1)[0]);

        memory.Revoke(run);
        late.Release();
        machine.RunUntilIdle();

        Assert.Equal(iommu ? 0 : 42, DmaKit.Native.HostMemory.Span(run.Host, 1)[0]);
        Assert.Equal(iommu ? 1 : 0, late.Refused);
        Assert.Equal(0, late.Held);
    }

    [Fact]
    public async Task A_reset_drops_what_a_late_writer_holds()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice(ProbeDevice.NewIdentity() with { HasFunctionReset = true });
        var late = new LateWriter(probe);
        await using PciFunction card = await machine.FunctionAsync(machine.Add(late));
        probe.Host.TryWrite(new LogicalAddress(0x1000), [1]);
        Assert.Equal(1, late.Held);
        await card.ResetAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, late.Held);
    }

    private static EmulatedPlatform NewMachine() => new(new() { MemoryBytes = 1 << 20, Stepped = true });

    private sealed class PassOn(DeviceModel inner) : DeviceInterposer(inner);
}
