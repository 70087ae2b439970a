using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>Requests that go through one register or into one block are mapped by a shorter way than others; a request that has a name never is.</summary>
public sealed class ShortWayTests
{
    [Theory]
    [InlineData(1, 32, false, CoalescingPolicy.Never)]
    [InlineData(2, 32, false, CoalescingPolicy.Never)]
    [InlineData(3, 64, false, CoalescingPolicy.WhenRequired)]
    [InlineData(4, 64, true, CoalescingPolicy.Whole)]
    [InlineData(5, 32, false, CoalescingPolicy.Whole)]
    public async Task M1_TheShortWayMakesWhatTheLongWayMakes(int seed, int bits, bool iommu, CoalescingPolicy policy)
    {
        await using EmulatedPlatform machine = Machine(iommu, seed);
        var device = new ProbeDevice();
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = bits, MaxElements = policy == CoalescingPolicy.Never ? 64 : 1 });
        using BlockPool pool = BlockPool.Create(dma, new BlockPoolOptions { BlockLength = 8192, Count = 4 });
        Coalescer? coalescer = policy == CoalescingPolicy.Never ? null : new Coalescer(pool, new CoalescerOptions { Policy = policy });
        DmaRequest request = dma.Domain.CreateRequest("named");
        using SystemBuffer buffer = machine.AllocateSystemBuffer(64 << 10);
        var random = new Random(seed);
        random.NextBytes(buffer.Span(0, (int)buffer.Length));
        int copied = 0;
        for (int round = 0; round < 400; round++)
        {
            using BufferChain chain = BufferChain.Rent();
            int fragments = random.Next(1, 4);
            var bytes = new List<byte>();
            for (int i = 0; i < fragments; i++)
            {
                int at = random.Next((int)buffer.Length - 2500);
                int length = random.Next(1, 2500);
                chain.Add(buffer, at, length);
                bytes.AddRange(buffer.Span(at, length));
            }

            int offset = random.Next(3) == 0 ? random.Next(bytes.Count) : 0;
            Figures quick = default, slow = default;
            try
            {
                quick = Look(chain.Range(offset), new MappingOptions { Coalescer = coalescer });
            }
            catch (DmaMappingException)
            {
                Assert.Throws<DmaMappingException>(() => Look(chain.Range(offset), new MappingOptions { Coalescer = coalescer, Request = request }));
                continue;
            }

            slow = Look(chain.Range(offset), new MappingOptions { Coalescer = coalescer, Request = request });
            Assert.True(slow == quick, $"seed {seed}, round {round}: {slow} and {quick}");
            Assert.Equal(bytes.Count - offset, quick.Direct + quick.Bounced + quick.Coalesced);
            if (quick.Bounced + quick.Coalesced > 0) copied++;
        }

        Assert.InRange(copied, 100, 400);

        Figures Look(ChainRange data, MappingOptions options)
        {
            Assert.True(dma.TryMap(data, DmaDirection.ToDevice, options, out DmaMapping mapping));
            byte[] seen = ElementOracle.Fetch(device, mapping.Elements);
            byte[] meant = new byte[data.Chain.Length];
            data.Chain.CopyTo(meant);
            Assert.True(meant.AsSpan((int)data.Offset).SequenceEqual(seen), $"seed {seed}: the device reads other bytes");
            var figures = new Figures(mapping.Elements.Length, mapping.DirectBytes, mapping.BouncedBytes, mapping.CoalescedBytes, mapping.MapRegisters);
            mapping.Complete(0);
            return figures;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task M7_ByTheShortWayTooADeviceThatWroteLessGivesZeros(bool coalesce)
    {
        await using EmulatedPlatform machine = Machine(iommu: false, 1);
        await using PciFunction function = await machine.OpenAsync(machine.Add(new ProbeDevice()));
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = coalesce ? 64 : 32 });
        using BlockPool pool = BlockPool.Create(dma, new BlockPoolOptions { BlockLength = 4096, Count = 1 });
        var options = new MappingOptions { Coalescer = coalesce ? new Coalescer(pool, new CoalescerOptions { Policy = CoalescingPolicy.Whole }) : null };
        using SystemBuffer secret = machine.AllocateSystemBuffer(4096);
        using SystemBuffer other = machine.AllocateSystemBuffer(4096);
        for (int round = 0; round < 3; round++)
        {
            secret.Span(0, 4096).Fill(0x5A);
            other.Span(0, 4096).Fill(0xC3);
            foreach ((SystemBuffer buffer, DmaDirection direction) in ((SystemBuffer, DmaDirection)[])[(secret, DmaDirection.ToDevice), (other, DmaDirection.FromDevice)])
            {
                Assert.True(dma.TryMap(buffer.Memory(0, 3000), direction, options, out DmaMapping mapping));
                Assert.Equal(3000, mapping.BouncedBytes + mapping.CoalescedBytes);
                mapping.Complete(3000);
            }

            Assert.Equal(-1, other.Span(0, 3000).IndexOfAnyExcept((byte)0));
            Assert.Equal(-1, other.Span(3000, 1096).IndexOfAnyExcept((byte)0xC3));
        }
    }

    [Fact]
    public async Task R2_TheShortWayPassesNobodyWhoWaits()
    {
        await using EmulatedPlatform machine = Machine(iommu: false, 1, registers: 4);
        await using PciFunction function = await machine.OpenAsync(machine.Add(new ProbeDevice()));
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 32 });
        using SystemBuffer buffer = machine.AllocateSystemBuffer(16 << 10);
        Assert.True(dma.TryMap(buffer.Memory(0, 100), DmaDirection.ToDevice, out DmaMapping first));
        Task<DmaMapping> large = dma.MapAsync(buffer.Memory(0, 16 << 10), DmaDirection.ToDevice).AsTask();
        Assert.False(large.IsCompleted);
        Assert.Equal(3, dma.Domain.MapRegisters.Free);
        Assert.False(dma.TryMap(buffer.Memory(0, 100), DmaDirection.ToDevice, out _));
        Task<DmaMapping> small = dma.MapAsync(buffer.Memory(0, 100), DmaDirection.ToDevice).AsTask();
        Assert.False(small.IsCompleted);
        first.Complete(0);
        machine.RunUntilIdle();
        (await large).Complete(0);
        machine.RunUntilIdle();
        (await small).Complete(0);
        Assert.Equal(4, dma.Domain.MapRegisters.Free);
    }

    private static EmulatedPlatform Machine(bool iommu, int seed, int registers = 64) => new(new()
    {
        MemoryBytes = 96 << 20,
        LowMemoryBytes = 32 << 20,
        SystemBuffersAbove4G = true,
        Fragmentation = seed % 2 == 0 ? 0.9 : 0,
        Seed = seed,
        Iommu = iommu,
        Stepped = true,
        MapRegisters = registers,
    });

    private readonly record struct Figures(int Elements, long Direct, long Bounced, long Coalesced, int Registers);
}
