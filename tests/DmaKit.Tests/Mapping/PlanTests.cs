using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>A plan says what a mapping does, and takes nothing.</summary>
public sealed class PlanTests
{
    [Fact]
    public async Task M1_SaysWhatAndWhy()
    {
        await using var machine = new TestMachine(limits: new DmaConstraints { AddressBits = 32, MaxElements = 3, MaxTransferLength = 20000 });
        using CommonBuffer common = machine.Dma.AllocateCommonBuffer(8192);
        using BlockPool pool = BlockPool.Create(machine.Dma, new BlockPoolOptions { BlockLength = 2048, Count = 4 });
        var options = new MappingOptions { Coalescer = new Coalescer(pool) };
        using BufferChain chain = BufferChain.Rent();
        chain.Add(common, 0, 1000);
        TransferPlan plan = machine.Dma.Plan(chain, DmaDirection.Both, options);
        Assert.Equal("direct: 1000 bytes where they lie, in 1 element(s)", plan.ToString());
        chain.Add(new byte[600].AsMemory());
        plan = machine.Dma.Plan(chain, DmaDirection.Both, options);
        Assert.Equal("1 map register(s): 600 of 1600 bytes are copied because of reach (managed memory, or beyond 32 address bits)", plan.ToString());
        chain.Add(common, 2000, 300);
        chain.Add(common, 4000, 300);
        plan = machine.Dma.Plan(chain, DmaDirection.Both, options);
        Assert.Equal(
            "coalescing: 900 of 2200 bytes are copied into 1 block(s) because of number (the device takes 3 element(s)), reach (managed memory, or beyond 32 address bits)", plan.ToString());
        Assert.Equal((TransferPlanKind.Coalescing, 3, 1300, 0, 900, 1), (plan.Kind, plan.Elements, plan.DirectBytes, plan.BouncedBytes, plan.CoalescedBytes, plan.Blocks));
        plan = machine.Dma.Plan(chain, DmaDirection.Both);
        Assert.Equal((TransferPlanKind.Impossible, 2200, 1900), (plan.Kind, plan.Length, plan.Mappable));
        Assert.StartsWith("impossible: 2200 bytes cannot be mapped as one transfer", plan.ToString(), StringComparison.Ordinal);
        plan = machine.Dma.Plan(new byte[20001], DmaDirection.Both);
        Assert.Equal((TransferPlanKind.Impossible, 20000), (plan.Kind, plan.Mappable));
        chain.Clear();
        Assert.Equal(4, pool.Available);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task M1_AMappingDoesWhatThePlanSaid(int seed)
    {
        var random = new Random(seed);
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 96 << 20, LowMemoryBytes = 32 << 20, SystemBuffersAbove4G = true, Fragmentation = 0.9, Seed = seed, Stepped = true });
        await using PciFunction function = await machine.OpenAsync(machine.Add(new ProbeDevice()));
        var kinds = new int[4];
        for (int round = 0; round < 200; round++)
        {
            DmaConstraints limits = RandomLimits.Next(random);
            await using DmaAdapter dma = function.CreateAdapter(limits);
            using var mix = new RandomChain(machine, dma, random, longest: 3000);
            using BlockPool pool = BlockPool.Create(dma, new BlockPoolOptions { BlockLength = (int)Math.Min(4096, limits.Boundary == 0 ? 4096 : limits.Boundary), Count = 12 });
            MappingOptions options = random.Next(2) == 0 ? default : new MappingOptions { Coalescer = new Coalescer(pool, new CoalescerOptions { Headroom = random.Next(3) == 0 ? 16 : 0 }) };
            TransferPlan plan = dma.Plan(mix.Chain, DmaDirection.Both, options);
            kinds[(int)plan.Kind]++;
            Assert.Equal((dma.Domain.MapRegisters.Capacity, pool.Capacity), (dma.Domain.MapRegisters.Free, pool.Available));
            string what = $"seed {seed}, round {round}: {plan} under {limits}";
            if (plan.Kind == TransferPlanKind.Impossible)
            {
                Assert.Throws<DmaMappingException>(() => dma.TryMap(mix.Chain, DmaDirection.Both, options, out _));
                continue;
            }

            Assert.True(dma.TryMap(mix.Chain, DmaDirection.Both, options, out DmaMapping mapping), what);
            Assert.True(
                (plan.DirectBytes, plan.BouncedBytes, plan.CoalescedBytes, plan.Registers) == (mapping.DirectBytes, mapping.BouncedBytes, mapping.CoalescedBytes, mapping.MapRegisters), what);
            Assert.True(mapping.Elements.Length <= plan.Elements && mapping.Length == plan.Mappable, what);
            Assert.Equal(pool.Capacity - plan.Blocks, pool.Available);
            mapping.Complete(0);
        }

        Assert.True(kinds.All(k => k > 3), $"seed {seed}: {string.Join(", ", kinds)} of direct, registers, coalescing, impossible");
    }
}
