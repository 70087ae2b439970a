using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>An adapter remembers where the buffer of its last request is to the device; buffers come and go meanwhile.</summary>
public sealed class KnownBufferTests
{
    [Theory]
    [InlineData(false, 64)]
    [InlineData(false, 32)]
    [InlineData(true, 32)]
    public async Task M4_ABufferThatWasDisposedIsRefusedThoughItIsKnown(bool iommu, int bits)
    {
        await using EmulatedPlatform machine = Machine(iommu);
        await using PciFunction function = await machine.OpenAsync(machine.Add(new ProbeDevice()));
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = bits });
        SystemBuffer buffer = machine.AllocateSystemBuffer(8192);
        Memory<byte> memory = buffer.Memory();
        Assert.True(dma.TryMap(memory, DmaDirection.ToDevice, out DmaMapping mapping));
        mapping.Complete(0);
        int free = dma.Domain.MapRegisters.Free;
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => dma.TryMap(memory, DmaDirection.ToDevice, out _));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await dma.MapAsync(memory, DmaDirection.ToDevice));
        Assert.Equal(free, dma.Domain.MapRegisters.Free);
    }

    [Theory]
    [InlineData(false, 64)]
    [InlineData(false, 32)]
    [InlineData(true, 32)]
    public async Task M2_ABufferThatComesAfterAnotherIsMappedWhereItIsItself(bool iommu, int bits)
    {
        await using EmulatedPlatform machine = Machine(iommu);
        var device = new ProbeDevice();
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = bits });
        var random = new Random(5);
        var buffers = new Queue<SystemBuffer>();
        for (int round = 0; round < 200; round++)
        {
            if (buffers.Count == 4) buffers.Dequeue().Dispose();
            SystemBuffer buffer = machine.AllocateSystemBuffer(random.Next(1, 5) * 4096);
            random.NextBytes(buffer.Span(0, (int)buffer.Length));
            buffers.Enqueue(buffer);
            foreach (SystemBuffer one in buffers)
            {
                int from = random.Next((int)one.Length);
                Memory<byte> piece = one.Memory(from, random.Next(1, (int)one.Length - from + 1));
                Assert.True(dma.TryMap(piece, DmaDirection.ToDevice, out DmaMapping mapping));
                Assert.True(piece.Span.SequenceEqual(ElementOracle.Fetch(device, mapping.Elements)), $"round {round}: the device reads other bytes");
                mapping.Complete(0);
            }
        }

        foreach (SystemBuffer left in buffers) left.Dispose();
    }

    [Fact]
    public async Task H2_WhatAClosedAdapterMappedStaysCounted()
    {
        await using EmulatedPlatform machine = Machine(iommu: false);
        await using PciFunction function = await machine.OpenAsync(machine.Add(new ProbeDevice()));
        using SystemBuffer buffer = machine.AllocateSystemBuffer(4096);
        DmaDomain? domain = null;
        for (int i = 0; i < 3; i++)
        {
            await using DmaAdapter dma = function.CreateAdapter(DmaConstraints.None);
            domain = dma.Domain;
            Assert.True(dma.TryMap(buffer.Memory(0, 100), DmaDirection.ToDevice, out DmaMapping mapping));
            mapping.Complete(0);
        }

        Assert.Equal(3, domain!.Mappings.Mapped);
        Assert.Equal(300, domain.Mappings.DirectBytes);
    }

    private static EmulatedPlatform Machine(bool iommu) => new(new()
    {
        MemoryBytes = 96 << 20,
        LowMemoryBytes = 32 << 20,
        SystemBuffersAbove4G = true,
        Fragmentation = 0.9,
        Seed = 3,
        Iommu = iommu,
        Stepped = true,
    });
}
