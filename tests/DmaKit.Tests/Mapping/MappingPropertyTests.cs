using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>Random data under random constraints: elements are always legal, and the device always sees the right bytes.</summary>
public sealed class MappingPropertyTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task M2_ElementsAreLegalAndMeanTheRightBytes(int seed, bool iommu)
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
        int mapped = 0;
        for (int round = 0; round < 400; round++)
        {
            DmaConstraints limits = RandomLimits.Next(random);
            await using DmaAdapter dma = function.CreateAdapter(limits);
            using SystemBuffer system = machine.AllocateSystemBuffer(64 << 10);
            using CommonBuffer common = dma.AllocateCommonBufferUpTo(64 << 10, 4096);
            int offset = random.Next(2) == 0 ? 0 : random.Next(3000);
            int length = 1 + random.Next(random.Next(2) == 0 ? 900 : 40_000);
            Memory<byte> data = random.Next(3) switch
            {
                0 => new byte[length],
                1 => system.Memory().Slice(offset, length),
                _ => common.Memory(0, (int)common.Length)[..Math.Min(length, (int)common.Length)],
            };
            random.NextBytes(data.Span);
            string what = $"seed {seed}, round {round}: {data.Length} bytes under {limits}";
            PartialMapping part;
            try
            {
                part = await dma.MapUpToAsync(data, DmaDirection.Both);
            }
            catch (DmaMappingException)
            {
                continue;
            }

            mapped++;
            Assert.Empty(ElementOracle.Violations(part.Mapping.Elements, limits));
            byte[] seen = ElementOracle.Fetch(device, part.Mapping.Elements);
            Assert.True(data.Span[..seen.Length].SequenceEqual(seen), what + ": the device reads other bytes");
            Assert.Equal(data.Length, seen.Length + part.Remaining);

            byte[] answer = new byte[seen.Length];
            random.NextBytes(answer);
            ElementOracle.Store(device, part.Mapping.Elements, answer);
            part.Mapping.Complete(answer.Length);
            Assert.True(data.Span[..answer.Length].SequenceEqual(answer), what + ": the caller reads other bytes than the device wrote");
            Assert.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free);
        }

        Assert.True(mapped > 300, $"seed {seed}: only {mapped} of 400 could be mapped");
    }

    [Fact]
    public void M2_TheOracleCatchesElementsThatBreakALimit()
    {
        var limits = new DmaConstraints { AddressBits = 28, Boundary = 4096, ElementAlignment = 8, LengthGranularity = 4, MaxElementLength = 8192, MaxElements = 2 };
        Assert.Empty(ElementOracle.Violations([new(new(0x1000), 64), new(new(0x2000), 5)], limits));
        Assert.NotEmpty(ElementOracle.Violations([new(new(0x1000), 64), new(new(0x2000), 8), new(new(0x3000), 8)], limits));
        Assert.NotEmpty(ElementOracle.Violations([new(new(0x1F00), 0x200)], limits));
        Assert.NotEmpty(ElementOracle.Violations([new(new(0x1004), 8)], limits));
        Assert.NotEmpty(ElementOracle.Violations([new(new(0x1000), 6), new(new(0x2000), 8)], limits));
        Assert.NotEmpty(ElementOracle.Violations([new(new(0x1000_0000), 8)], limits));
    }

    [Fact]
    public async Task T1_MapRegistersAreNeverSharedByTwoMappings()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 64 << 20, MapRegisters = 24 });
        var device = new ProbeDevice();
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 32 });
        async Task WorkAsync(int worker)
        {
            var random = new Random(worker);
            byte[] data = new byte[60_000];
            await Task.Yield();
            for (int i = 0; i < 300; i++)
            {
                Memory<byte> piece = data.AsMemory(0, 1 + random.Next(data.Length));
                piece.Span.Fill((byte)(worker + 1));
                DmaMapping mapping = await dma.MapAsync(piece, DmaDirection.ToDevice);
                await Task.Yield();
                byte[] seen = ElementOracle.Fetch(device, mapping.Elements);
                Assert.False(seen.AsSpan().ContainsAnyExcept((byte)(worker + 1)), $"worker {worker}, round {i}: bytes of another mapping");
                mapping.Complete(0);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 6).Select(WorkAsync)).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(24, dma.Domain.MapRegisters.Free);
        Assert.True(dma.Domain.Mappings.RegistersHighWater > 15);
    }

    [Fact]
    public async Task M2_NobodyIsLeftWaitingWhenTheFirstOfTheQueueGoesAway()
    {
        await using var machine = new TestMachine(new() { MemoryBytes = 64 << 20, MapRegisters = 4 });
        machine.Run(async () =>
        {
            DmaMapping held = await machine.Dma.MapAsync(new byte[3 * 4096], DmaDirection.ToDevice);
            using var stop = new CancellationTokenSource();
            Task<DmaMapping> large = machine.Dma.MapAsync(new byte[4 * 4096], DmaDirection.ToDevice, stop.Token).AsTask();
            Task<DmaMapping> small = machine.Dma.MapAsync(new byte[100], DmaDirection.ToDevice).AsTask();
            Assert.False(machine.Dma.TryMap(new byte[100], DmaDirection.ToDevice, out _), "somebody went past those who wait");
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
            (await small).Complete(0);
            held.Complete(0);
            Assert.Equal(4, machine.Dma.Domain.MapRegisters.Free);
        });
    }
}
