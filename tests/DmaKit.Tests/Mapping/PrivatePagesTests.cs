using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests.Mapping;

/// <summary>What a device reads that looks around in the pages of a request.</summary>
public sealed class PrivatePagesTests
{
    private const int Page = 4096;
    private const ulong EduMemory = 0x40000;
    private static readonly byte[] s_secret = [.. Enumerable.Repeat((byte)0x5E, 64)];

    [Fact]
    public async Task M7_Without_private_pages_a_device_reads_what_lies_beside_a_request()
    {
        await using var bench = await Bench.OpenAsync(privatePages: false);
        Assert.Equal(s_secret, bench.LookBeside(offset: 512, length: 200));
    }

    [Fact]
    public async Task M7_With_private_pages_a_device_reads_zeros_beside_a_request()
    {
        await using var bench = await Bench.OpenAsync(privatePages: true);
        Assert.All(bench.LookBeside(offset: 512, length: 200), b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task M7_With_private_pages_whole_pages_are_entered_and_only_the_ragged_end_copied()
    {
        await using var bench = await Bench.OpenAsync(privatePages: true);
        Memory<byte> data = bench.Buffer.Memory(Page, (3 * Page) + 50);
        data.Span.Fill(0x11);
        Assert.True(bench.Dma.TryMap(data, DmaDirection.ToDevice, default, out DmaMapping mapping));
        Assert.Equal(50, mapping.BouncedBytes);
        mapping.Complete(data.Length);
    }

    [Fact]
    public async Task M7_With_private_pages_a_device_reaches_nothing_when_the_request_is_over()
    {
        await using var bench = await Bench.OpenAsync(privatePages: true);
        Assert.True(bench.Dma.TryMap(bench.Buffer.Memory(0, Page), DmaDirection.ToDevice, default, out DmaMapping mapping));
        LogicalAddress page = mapping.Elements[0].Address;
        Assert.Equal(s_secret, bench.Read(page + 1000));
        mapping.Complete(Page);
        Assert.All(bench.Read(page + 1000), b => Assert.Equal(0, b));
    }

    private sealed class Bench : IAsyncDisposable
    {
        private readonly EmulatedPlatform _machine;
        private readonly PciFunction _function;

        private Bench(EmulatedPlatform machine, PciFunction function)
        {
            _machine = machine;
            _function = function;
            _function.BusMaster = true;
            Dma = function.CreateAdapter(new DmaConstraints { AddressBits = 48 });
            Buffer = machine.AllocateSystemBuffer(8 * Page);
            s_secret.CopyTo(Buffer.Span(1000, 64));
        }

        public DmaAdapter Dma { get; }

        public SystemBuffer Buffer { get; }

        public static async Task<Bench> OpenAsync(bool privatePages)
        {
            var machine = new EmulatedPlatform(new EmulatedPlatformOptions { MemoryBytes = 64 << 20, Stepped = true, Iommu = true }) { PrivatePages = privatePages };
            string address = machine.Add(new EduDevice(new EduOptions { TransferDelay = TimeSpan.Zero, DmaMask = ulong.MaxValue }));
            return new Bench(machine, await machine.OpenAsync(address));
        }

        /// <summary>Maps a part of the buffer, and has the device read where in the same page the secret lies.</summary>
        public byte[] LookBeside(int offset, int length)
        {
            Assert.True(Dma.TryMap(Buffer.Memory(offset, length), DmaDirection.ToDevice, default, out DmaMapping mapping));
            LogicalAddress at = mapping.Elements[0].Address;
            byte[] seen = Read(new LogicalAddress((at.Value & ~(ulong)(Page - 1)) + 1000));
            mapping.Complete(length);
            return seen;
        }

        /// <summary>What the device gets from an address: 64 bytes, brought back to a common buffer by itself; zeros where it gets none.</summary>
        public byte[] Read(LogicalAddress from)
        {
            using CommonBuffer back = Dma.AllocateCommonBuffer(64);
            Transfer(back.LogicalAddress.Value, EduMemory, 1);
            Transfer(from.Value, EduMemory, 1);
            Transfer(EduMemory, back.LogicalAddress.Value, 3);
            Dma.DeclareQuiet();
            return back.Span(0, 64).ToArray();
        }

        public async ValueTask DisposeAsync()
        {
            Buffer.Dispose();
            await Dma.DisposeAsync();
            await _function.DisposeAsync();
            await _machine.DisposeAsync();
        }

        private void Transfer(ulong from, ulong to, ulong command)
        {
            RegisterWindow registers = _function.MapBar(0);
            registers.Write64(0x80, from);
            registers.Write64(0x88, to);
            registers.Write64(0x90, 64);
            registers.Write64(0x98, command);
            _machine.RunUntilIdle();
        }
    }
}
