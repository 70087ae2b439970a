namespace DmaKit.Tests;

/// <summary>What a request goes through before a device can have it.</summary>
public sealed class WhatMendsWhatTests
{
    private static readonly DmaConstraints s_limits = new() { AddressBits = 32, MaxElements = 5, MaxElementLength = 2048, ElementAlignment = 64 };

    [Fact]
    public async Task M6_SplitsThenCoalescesThenBounces()
    {
        await using var machine = new TestMachine(limits: s_limits);
        using CommonBuffer common = machine.Dma.AllocateCommonBuffer(16384);
        using BlockPool pool = BlockPool.Create(machine.Dma, new BlockPoolOptions { BlockLength = 2048, Count = 4 });
        var coalescer = new Coalescer(pool);
        var options = new MappingOptions { Coalescer = coalescer };
        using BufferChain chain = BufferChain.Rent();

        // Split, and nothing copied.
        chain.Add(common, 0, 5000);
        Assert.True(machine.Dma.TryMap(chain, DmaDirection.ToDevice, options, out DmaMapping mapping));
        Assert.Equal((3, 0, 0), (mapping.Elements.Length, mapping.CoalescedBytes, mapping.BouncedBytes));
        mapping.Complete(0);

        // Reach alone: registers, though there is a coalescer.
        chain.Add(new byte[100].AsMemory());
        Assert.True(machine.Dma.TryMap(chain, DmaDirection.ToDevice, options, out mapping));
        Assert.Equal((4, 0, 100, 1), (mapping.Elements.Length, mapping.CoalescedBytes, mapping.BouncedBytes, mapping.MapRegisters));
        mapping.Complete(0);

        // The bytes up to the next legal start are coalesced, and their neighbours out of reach go along without a register.
        chain.Add(common, 8192 + 10, 500);
        Assert.True(machine.Dma.TryMap(chain, DmaDirection.ToDevice, options, out mapping));
        Assert.Equal((5, 154, 0, 0), (mapping.Elements.Length, mapping.CoalescedBytes, mapping.BouncedBytes, mapping.MapRegisters));
        Assert.Empty(ElementOracle.Violations(mapping.Elements, s_limits));
        mapping.Complete(0);

        // Too many: what costs least beside what is copied anyway.
        chain.Add(common, 12288, 300);
        chain.Add(common, 14336, 200);
        Assert.True(machine.Dma.TryMap(chain, DmaDirection.ToDevice, options, out mapping));
        Assert.Equal((5, 0), (mapping.Elements.Length, mapping.BouncedBytes));
        Assert.Equal(154L + 446 + 300, mapping.CoalescedBytes);
        Assert.Empty(ElementOracle.Violations(mapping.Elements, s_limits));
        mapping.Complete(0);

        // Without a coalescer registers mend alignment too, but not the number.
        Assert.Throws<DmaMappingException>(() => machine.Dma.TryMap(chain, DmaDirection.ToDevice, out _));
        Assert.Equal((4L, 2L, 1L, 2L), coalescer.Statistics is var s ? (s.Offered, s.Coalesced, s.ForCount, s.ForAlignment) : default);
    }
}
