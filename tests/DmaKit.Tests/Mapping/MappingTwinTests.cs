using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>Random requests from a device, mapped, done by the device, and completed; and callers with known bugs that the same history must catch.</summary>
public sealed class MappingTwinTests
{
    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public Task M4_ACallerThatKeepsTheRulesGetsItsBytes(int seed) => HistoryAsync(seed, Caller.Right);

    [Fact]
    public async Task M4_CompletingBeforeTheDeviceIsDoneIsCaught()
    {
        Exception caught = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => HistoryAsync(31, Caller.CompletesTooEarly));
        Assert.Contains("not what the device wrote", caught.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task M4_MappingTwiceIsCaught()
    {
        Exception caught = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => HistoryAsync(31, Caller.MapsTwice));
        Assert.Contains("were not given back", caught.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task M4_CompletingTwiceIsRefused()
    {
        await using var machine = new TestMachine();
        Assert.True(machine.Dma.TryMap(new byte[100], DmaDirection.FromDevice, out DmaMapping mapping));
        mapping.Complete(100);
        Assert.Throws<DmaMisuseException>(() => mapping.Complete(100));
    }

    private static async Task HistoryAsync(int seed, Caller caller)
    {
        var random = new Random(seed);
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = true, MapRegisters = 64 });
        var device = new ProbeDevice();
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 32, MaxElements = 4 });
        using BlockPool pool = BlockPool.Create(dma, new BlockPoolOptions { BlockLength = 4096, Count = 16 });
        var options = new MappingOptions { Coalescer = new Coalescer(pool) };
        var flying = new List<(DmaMapping Mapping, DmaElement[] Elements, RandomChain Data, byte[] Written)>();
        for (int round = 0; round < 200; round++)
        {
            string what = $"seed {seed}, round {round}";
            if (flying.Count < 4 && random.Next(2) == 0)
            {
                var data = new RandomChain(machine, dma, random, longest: 2000);
                if (data.Chain.Length > 4096 || !dma.TryMap(data.Chain, DmaDirection.FromDevice, options, out DmaMapping mapping))
                {
                    data.Dispose();
                    continue;
                }

                // The bug: a retry that forgets that the first mapping stands.
                if (caller == Caller.MapsTwice && random.Next(4) == 0) dma.TryMap(data.Chain, DmaDirection.FromDevice, options, out mapping);
                flying.Add((mapping, mapping.Elements.ToArray(), data, Written(random, (int)mapping.Length)));
            }
            else if (flying.Count > 0)
            {
                (DmaMapping mapping, DmaElement[] elements, RandomChain data, byte[] written) = flying[random.Next(flying.Count)];
                flying.RemoveAll(f => f.Data == data);
                if (caller == Caller.CompletesTooEarly) mapping.Complete(written.Length);
                ElementOracle.Store(device, elements, written);
                if (caller != Caller.CompletesTooEarly) mapping.Complete(written.Length);
                Assert.True(data.Bytes().AsSpan().SequenceEqual(written), what + ": the caller's bytes are not what the device wrote");
                data.Dispose();
            }
        }

        foreach ((DmaMapping mapping, _, RandomChain data, _) in flying)
        {
            mapping.Complete(0);
            data.Dispose();
        }

        Assert.True(
            dma.Domain.MapRegisters.Free == dma.Domain.MapRegisters.Capacity && pool.Available == pool.Capacity,
            $"seed {seed}: {dma.Domain.MapRegisters.Capacity - dma.Domain.MapRegisters.Free} registers and {pool.Capacity - pool.Available} blocks were not given back");
    }

    private static byte[] Written(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private enum Caller
    {
        Right,
        CompletesTooEarly,
        MapsTwice,
    }
}
