using System.Buffers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>Chains: many host buffers, one transfer.</summary>
public sealed class ChainMappingTests
{
    [Theory]
    [InlineData(11, false)]
    [InlineData(12, true)]
    public async Task M2_ChainsOfAnyMixAreMappedWholeOrInRanges(int seed, bool iommu)
    {
        var random = new Random(seed);
        await using var machine = new EmulatedPlatform(new()
        {
            MemoryBytes = 96 << 20,
            LowMemoryBytes = 32 << 20,
            SystemBuffersAbove4G = true,
            Fragmentation = 0.9,
            Seed = seed,
            Iommu = iommu,
            Stepped = true,
        });
        var device = new ProbeDevice();
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        int mapped = 0, direct = 0, bounced = 0, coalesced = 0;
        for (int round = 0; round < 300; round++)
        {
            DmaConstraints limits = RandomLimits.Next(random);
            await using DmaAdapter dma = function.CreateAdapter(limits);
            using var mix = new RandomChain(machine, dma, random);
            (BufferChain chain, byte[] bytes) = (mix.Chain, mix.Bytes());
            int from = random.Next(3) == 0 ? random.Next(bytes.Length) : 0;
            string what = $"seed {seed}, round {round}: {chain.Count} fragments, {bytes.Length} bytes from {from} under {limits}";
            using BlockPool? pool = random.Next(2) == 0
                ? null
                : BlockPool.Create(dma, new BlockPoolOptions { BlockLength = (int)Math.Min(512 << random.Next(4), limits.Boundary == 0 ? 4096 : limits.Boundary), Count = 16 });
            MappingOptions options = pool is null ? default : new MappingOptions { Coalescer = new Coalescer(pool) };
            PartialMapping part;
            try
            {
                part = await dma.MapUpToAsync(chain.Range(from), DmaDirection.Both, 1, options);
            }
            catch (DmaMappingException)
            {
                continue;
            }

            mapped++;
            direct += part.Mapping.DirectBytes > 0 ? 1 : 0;
            coalesced += part.Mapping.CoalescedBytes > 0 ? 1 : 0;
            bounced += part.Mapping.BouncedBytes > 0 ? 1 : 0;
            Assert.True(ElementOracle.Violations(part.Mapping.Elements, limits) is [], what + ": " + string.Join(", ", ElementOracle.Violations(part.Mapping.Elements, limits)));
            byte[] seen = ElementOracle.Fetch(device, part.Mapping.Elements);
            Assert.True(bytes.AsSpan(from, seen.Length).SequenceEqual(seen), what + ": the device reads other bytes");
            Assert.Equal(bytes.Length - from, seen.Length + part.Remaining);

            byte[] answer = new byte[seen.Length];
            random.NextBytes(answer);
            ElementOracle.Store(device, part.Mapping.Elements, answer);
            int done = random.Next(2) == 0 ? answer.Length : random.Next(answer.Length + 1);
            part.Mapping.Complete(done);
            byte[] after = mix.Bytes();
            Assert.True(after.AsSpan(from, done).SequenceEqual(answer.AsSpan(0, done)), what + ": the caller reads other bytes than the device wrote");
            Assert.True(after.AsSpan(0, from).SequenceEqual(bytes.AsSpan(0, from)), what + ": bytes in front were written");
            Assert.True(after.AsSpan(from + answer.Length).SequenceEqual(bytes.AsSpan(from + answer.Length)), what + ": bytes behind were written");
            Assert.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free);
            Assert.Equal(pool?.Capacity, pool?.Available);
        }

        Assert.True(mapped > 200 && direct > 50 && bounced > 50 && coalesced > 20, $"seed {seed}: {mapped} of 300 were mapped, {direct} with direct, {bounced} with bounced and {coalesced} with coalesced bytes");
    }

    [Fact]
    public async Task M2_NeighboursAreOneElementAndManagedPiecesShareAPage()
    {
        await using var machine = new TestMachine(limits: new DmaConstraints { AddressBits = 32 });
        using CommonBuffer common = machine.Dma.AllocateCommonBuffer(8192);
        using BufferChain chain = BufferChain.Rent();
        chain.Add(common.Memory(0, 100));
        chain.Add(common.Memory(100, 50));
        chain.Add(common, 150, 4000);
        for (int i = 0; i < 40; i++) chain.Add(new byte[100].AsMemory());
        Assert.True(machine.Dma.TryMap(chain, DmaDirection.ToDevice, out DmaMapping mapping));
        Assert.Equal(new DmaElement(common.LogicalAddress, 4150), mapping.Elements[0]);
        Assert.Equal(2, mapping.Elements.Length);
        Assert.Equal(1, mapping.MapRegisters);
        Assert.Equal((4150, 4000), (mapping.DirectBytes, mapping.BouncedBytes));
        mapping.Complete(0);
    }

    [Fact]
    public async Task M5_ADeviceWithoutScatterGatherGetsOneElementForAnyChain()
    {
        await using var machine = new TestMachine(limits: new DmaConstraints { AddressBits = 28, ScatterGather = false });
        using SystemBuffer system = machine.Platform.AllocateSystemBuffer(16384);
        using BufferChain chain = BufferChain.Rent();
        chain.Add(new byte[1000].AsMemory());
        chain.Add(system.Memory(0, 9000));
        chain.Add(new byte[77].AsMemory());
        Assert.True(machine.Dma.TryMap(chain, DmaDirection.Both, out DmaMapping mapping));
        Assert.Equal(1, mapping.Elements.Length);
        Assert.Equal(10077, mapping.Elements[0].Length);
        mapping.Complete(0);

        PartialMapping part = await machine.Dma.MapUpToAsync(chain, DmaDirection.Both);
        Assert.True(part.IsWhole);
        Assert.Equal(1, part.Mapping.Elements.Length);
        part.Mapping.Complete(0);
    }

    [Fact]
    public async Task M5_ADeviceWithOneElementGetsRunsWhereTheyLie()
    {
        await using var machine = new TestMachine(limits: new DmaConstraints { AddressBits = 28, MaxElements = 1 });
        using CommonBuffer one = machine.Dma.AllocateCommonBuffer(4096);
        using CommonBuffer two = machine.Dma.AllocateCommonBuffer(4096);
        using BufferChain chain = BufferChain.Rent();
        chain.Add(two, 0, 4096);
        chain.Add(one, 0, 4096);
        PartialMapping part = await machine.Dma.MapUpToAsync(chain, DmaDirection.ToDevice);
        Assert.Equal(new DmaElement(two.LogicalAddress, 4096), part.Mapping.Elements[0]);
        Assert.Equal((4096, 0), (part.Remaining, part.Mapping.MapRegisters));
        part.Mapping.Complete(0);
        part = await machine.Dma.MapUpToAsync(chain.Range(4096), DmaDirection.ToDevice);
        Assert.Equal(new DmaElement(one.LogicalAddress, 4096), part.Mapping.Elements[0]);
        Assert.True(part.IsWhole);
        part.Mapping.Complete(0);
    }

    [Fact]
    public async Task M2_WhatCanOnlyBeReadGoesToTheDeviceOnly()
    {
        await using var machine = new TestMachine();
        using BufferChain chain = BufferChain.Rent();
        chain.Add(new ReadOnlySequence<byte>(new byte[300]));
        Assert.True(chain.IsReadOnly);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => machine.Dma.TryMap(chain, DmaDirection.FromDevice, out _));
        Assert.Contains("Fragment 0", refused.Message, StringComparison.Ordinal);
        Assert.True(machine.Dma.TryMap(chain, DmaDirection.ToDevice, out DmaMapping mapping));
        mapping.Complete(0);
    }

    [Fact]
    public async Task M3_AChainIsNotChangedWhileItIsMapped()
    {
        await using var machine = new TestMachine();
        BufferChain chain = BufferChain.Rent();
        chain.Add(new byte[300].AsMemory());
        Assert.True(machine.Dma.TryMap(chain, DmaDirection.ToDevice, out DmaMapping mapping));
        Assert.Throws<DmaMisuseException>(() => chain.Add(new byte[1].AsMemory()));
        Assert.Throws<DmaMisuseException>(chain.Clear);
        chain.Dispose();
        Assert.Equal(300, mapping.Length);
        mapping.Complete(300);
        Assert.Throws<DmaMisuseException>(() => chain.Length);
        chain.Dispose();
        Assert.Throws<DmaMisuseException>(() => machine.Dma.TryMap(chain, DmaDirection.ToDevice, out _));
        Assert.Throws<DmaMisuseException>(() => default(BufferChain).Add(new byte[1].AsMemory()));
    }

    [Fact]
    public async Task M2_ARangeMustLieInItsChain()
    {
        await using var machine = new TestMachine();
        using BufferChain chain = BufferChain.Rent();
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Dma.TryMap(chain, DmaDirection.ToDevice, out _));
        chain.Add(new byte[300].AsMemory());
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Range(301));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Range(300, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Dma.TryMap(new ChainRange(chain, 200, 101), DmaDirection.ToDevice, out _));
        Assert.True(machine.Dma.TryMap(chain.Range(299, 1), DmaDirection.ToDevice, out DmaMapping mapping));
        Assert.Equal(1, mapping.Length);
        mapping.Complete(0);
        Assert.Equal(machine.Dma.Domain.MapRegisters.Capacity, machine.Dma.Domain.MapRegisters.Free);
    }
}
