using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class DeviceLossTests
{
    [Fact]
    public async Task Surprise_removal()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        string address = machine.Add(probe);
        await using PciFunction function = await machine.FunctionAsync(address);
        RegisterWindow window = function.MapBar(0);
        function.BusMaster = true;
        probe.Host.Defer(() => Assert.Fail("a removed device took a turn"));

        machine.Remove(address);
        machine.RunUntilIdle();

        Assert.Contains(address, Assert.Throws<DeviceLostException>(() => window.Read32(0)).Message, StringComparison.Ordinal);
        Assert.Throws<DeviceLostException>(() => window.Write32(0, 1));
        Assert.Equal(uint.MaxValue, function.Config.Read32(0));
        Assert.False(function.BusMaster);
        Assert.False(probe.Host.TryWrite(new LogicalAddress(0x1000), [1]));
        Assert.Empty(machine.Functions);
        Assert.Throws<DmaException>(() => machine.Remove(address));
        await function.DisposeAsync();
        machine.Add(new ProbeDevice(), address);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_that_throws_is_lost_and_reported(bool deferred)
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice();
        await using PciFunction function = await machine.FunctionAsync(machine.Add(probe));
        RegisterWindow window = function.MapBar(0);
        probe.Written = (_, _) =>
        {
            if (deferred) probe.Host.Defer(() => throw new InvalidDataException("broken model"));
            else throw new InvalidDataException("broken model");
        };

        if (deferred) window.Write32(0, 1);
        else Assert.IsType<InvalidDataException>(Assert.Throws<DeviceLostException>(() => window.Write32(0, 1)).InnerException);
        machine.RunUntilIdle();

        Assert.Throws<DeviceLostException>(() => window.Read32(0));
        MisuseReport report = Assert.Single(machine.Misuse.Reports);
        Assert.Equal("device-model-failed", report.Rule);
        Assert.IsType<InvalidDataException>(report.Cause);
    }

    [Fact]
    public async Task Closing_the_machine_closes_functions_and_models_and_repeats_reports()
    {
        var machine = new EmulatedPlatform(new() { MemoryBytes = 1 << 20 });
        var probe = new ProbeDevice();
        PciFunction function = await machine.FunctionAsync(machine.Add(probe));
        machine.Misuse.Report(new MisuseReport("test", "one", "me"));
        int repeated = 0;
        machine.Misuse.RepeatedAtClose += _ => repeated++;

        await machine.DisposeAsync();
        await machine.DisposeAsync();

        Assert.True(probe.IsClosed);
        Assert.Equal(1, repeated);
        Assert.Throws<ObjectDisposedException>(() => function.MapBar(0));
        Assert.Throws<ObjectDisposedException>(() => machine.AllocateSystemBuffer(1));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await machine.FunctionAsync("0000:00:03.0"));
    }

    private static EmulatedPlatform NewMachine() => new(new() { MemoryBytes = 1 << 20, Stepped = true });
}
