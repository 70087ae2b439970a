using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

public sealed class ConfigurationSpaceTests
{
    [Fact]
    public async Task Ids_class_and_addresses_are_there()
    {
        await using var machine = NewMachine();
        await using PciFunction function = await machine.FunctionAsync(machine.Add(new ProbeDevice(), "0000:02:05.0"));
        PciConfigSpace config = function.Config;
        Assert.Equal(256, config.Length);
        Assert.Equal(0x0001_1AF4u, config.Read32(0x00));
        Assert.Equal(0x0A0B_0C03u, config.Read32(0x08));
        Assert.Equal(1, config.Read8(0x3D));
        uint memory = config.Read32(0x10);
        uint io = config.Read32(0x14);
        uint wide = config.Read32(0x18);
        Assert.Equal((0u, 1u, 4u), (memory & 0xF, io & 0xF, wide & 0xF));
        Assert.True(memory >= 0xE000_0000 && memory % 4096 == 0);
        Assert.True((io & ~3u) is >= 0xC000 and < 0x1_0000);
        config.Write16(0x00, 0xDEAD);
        Assert.Equal(0x1AF4, config.Read16(0x00));
        Assert.Throws<ArgumentOutOfRangeException>(() => config.Read32(0x02));
    }

    [Theory]
    [InlineData(0x10, 4096)]
    [InlineData(0x14, 256)]
    [InlineData(0x18, 1 << 16)]
    public async Task Writing_ones_reads_the_size(int offset, int length)
    {
        await using var machine = NewMachine();
        await using PciFunction function = await machine.FunctionAsync(machine.Add(new ProbeDevice()));
        uint address = function.Config.Read32(offset);
        function.Config.Write32(offset, 0xFFFF_FFFF);
        uint mask = function.Config.Read32(offset) & ~0xFu;
        Assert.Equal((uint)length, ~mask + 1);
        function.Config.Write32(offset, address);
        Assert.Equal(address, function.Config.Read32(offset));
    }

    [Fact]
    public async Task Registers_of_neighbours_do_not_overlap()
    {
        await using var machine = NewMachine();
        var ranges = new List<(uint Start, uint End)>();
        for (int i = 0; i < 6; i++)
        {
            await using PciFunction function = await machine.FunctionAsync(machine.Add(new EduDevice()));
            uint start = function.Config.Read32(0x10);
            Assert.True(ranges.TrueForAll(r => start >= r.End || start + (1 << 20) <= r.Start));
            ranges.Add((start, start + (1 << 20)));
        }
    }

    [Fact]
    public async Task The_capability_list_leads_to_messages_and_express()
    {
        await using var machine = NewMachine();
        DeviceIdentity identity = ProbeDevice.NewIdentity() with { MessageVectors = 4, MessageXVectors = 3, HasFunctionReset = true };
        await using PciFunction function = await machine.FunctionAsync(machine.Add(new ProbeDevice(identity)));
        PciConfigSpace config = function.Config;
        Assert.Equal(4096, config.Length);
        Assert.Equal(0x10, config.Read16(0x06) & 0x10);
        var ids = new List<int>();
        for (int at = config.Read8(0x34); at != 0; at = config.Read8(at + 1)) ids.Add(config.Read8(at));
        Assert.Equal([0x05, 0x11, 0x10], ids);
        Assert.Equal(2 << 1, config.Read16(0x42) & 0xE);
        Assert.Equal(2, config.Read16(0x62) & 0x7FF);
        Assert.Equal(1u << 28, config.Read32(0x84) & (1u << 28));
    }

    [Fact]
    public async Task Without_messages_on_the_bus_there_is_no_capability()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 1 << 20, Stepped = true, AllowMessages = false });
        await using PciFunction function = await machine.FunctionAsync(machine.Add(new EduDevice()));
        Assert.Equal(0, function.Config.Read8(0x34));
        Assert.Equal(InterruptKind.Line, Assert.Single(function.Interrupts).Kind);
    }

    [Fact]
    public async Task The_command_register_switches_decoding()
    {
        await using var machine = NewMachine();
        await using PciFunction function = await machine.FunctionAsync(machine.Add(new ProbeDevice()));
        RegisterWindow memory = function.MapBar(0);
        RegisterWindow io = function.MapBar(1);
        memory.Write32(8, 5);
        io.Write16(8, 6);
        function.Config.Write16(0x04, (ushort)(function.Config.Read16(0x04) & ~2));
        Assert.Equal(uint.MaxValue, memory.Read32(8));
        memory.Write32(8, 7);
        Assert.Equal(6, io.Read16(8));
        function.Config.Write16(0x04, 2);
        Assert.Equal(5u, memory.Read32(8));
        Assert.Equal(0xFF, io.Read8(8));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bus_mastering_gates_transfers(bool iommu)
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 1 << 20, Stepped = true, Iommu = iommu });
        var probe = new ProbeDevice();
        await using PciFunction function = await machine.FunctionAsync(machine.Add(probe));
        await using DmaAdapter dma = function.CreateAdapter(new());
        using CommonBuffer buffer = dma.AllocateCommonBuffer(4096);
        var bytes = new byte[] { 9, 9, 9 };

        Assert.False(function.BusMaster);
        Assert.False(probe.Host.TryWrite(buffer.LogicalAddress, [1]));
        Assert.False(probe.Host.TryRead(buffer.LogicalAddress, bytes));
        Assert.Equal([9, 9, 9], bytes);
        function.BusMaster = true;
        Assert.Equal(4, function.Config.Read16(0x04) & 4);
        Assert.True(probe.Host.TryWrite(buffer.LogicalAddress, [1]));
        function.Config.Write16(0x04, 3);
        Assert.False(function.BusMaster);
        Assert.False(probe.Host.TryWrite(buffer.LogicalAddress, [2]));
        Assert.Equal(1, buffer.Read<byte>(0));
        machine.RunUntilIdle();
        Assert.All(function.Domain.Faults, f => Assert.Equal("bus mastering is off", f.Reason));
        Assert.Equal(3, function.Domain.Faults.Count);
    }

    [Fact]
    public async Task Function_reset_by_configuration_space_resets_the_device()
    {
        await using var machine = NewMachine();
        var probe = new ProbeDevice(ProbeDevice.NewIdentity() with { HasFunctionReset = true });
        await using PciFunction function = await machine.FunctionAsync(machine.Add(probe));
        Assert.True(function.CanReset);
        function.MapBar(0).Write32(0, 1);
        function.Config.Write16(0x88, 0x8000);
        Assert.Equal(0, function.Config.Read16(0x88) & 0x8000);
        Assert.Equal(2, probe.Resets);
        Assert.Equal(0u, function.MapBar(0).Read32(0));
        await function.ResetAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, probe.Resets);
    }

    [Fact]
    public async Task A_function_belongs_to_one_user_at_a_time()
    {
        await using var machine = NewMachine();
        string address = machine.Add(new ProbeDevice());
        PciFunction first = await machine.FunctionAsync(address);
        RegisterWindow window = first.MapBar(0);
        var error = await Assert.ThrowsAsync<DmaException>(async () => await machine.FunctionAsync(address));
        Assert.Contains(address, error.Message, StringComparison.Ordinal);
        await first.DisposeAsync();
        await first.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => window.Read32(0));
        await using PciFunction second = await machine.FunctionAsync(address);
        Assert.Equal(0u, second.MapBar(0).Read32(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => second.MapBar(5));
    }

    [Theory]
    [InlineData("0000:03:20.0")]
    [InlineData("0000:03:00.8")]
    [InlineData("03:00.0")]
    [InlineData("0000-03:00.0")]
    [InlineData("")]
    public async Task Addresses_that_are_none_are_refused(string address)
    {
        await using var machine = NewMachine();
        Assert.Throws<ArgumentException>(() => machine.Add(new ProbeDevice(), address));
    }

    [Fact]
    public async Task Slots_are_found_named_and_kept_apart()
    {
        await using var machine = NewMachine();
        Assert.Equal("0000:00:03.0", machine.Add(new ProbeDevice()));
        Assert.Equal("0000:00:04.0", machine.Add(new ProbeDevice()));
        Assert.Equal("0000:00:00.0", machine.Add(new ProbeDevice(), "0000:00:00.0"));
        Assert.Throws<DmaException>(() => machine.Add(new ProbeDevice(), "0000:00:04.0"));
        Assert.Equal(["0000:00:00.0", "0000:00:03.0", "0000:00:04.0"], machine.Functions.Select(f => f.Address));
        var error = await Assert.ThrowsAsync<DmaException>(async () => await machine.FunctionAsync("0000:09:00.0"));
        Assert.Contains("0000:00:03.0", error.Message, StringComparison.Ordinal);
    }

    private static EmulatedPlatform NewMachine() => new(new() { MemoryBytes = 1 << 20, Stepped = true });
}
