using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>What a request goes through before a device can have it, and what an edit after mapping still changes.</summary>
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

    /// <summary>"You can modify the buffer but the bounced pages will not see it."</summary>
    [Fact]
    public async Task M3_AnEditAfterMappingReachesTheDeviceOnDirectPagesAndNotOnBouncedOnes()
    {
        await using var machine = new EmulatedPlatform(new() { MemoryBytes = 64 << 20, Stepped = true });
        var device = new ProbeDevice();
        await using PciFunction function = await machine.OpenAsync(machine.Add(device));
        function.BusMaster = true;
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 32, MaxElements = 4 });
        using BlockPool pool = BlockPool.Create(dma, new BlockPoolOptions { BlockLength = 2048, Count = 4 });
        using CommonBuffer direct = dma.AllocateCommonBuffer(4096);
        using CommonBuffer small = dma.AllocateCommonBuffer(4096);
        byte[] bounced = new byte[5000];
        using BufferChain chain = BufferChain.Rent();
        chain.Add(direct, 0, 4096);
        chain.Add(bounced.AsMemory());
        chain.Add(small, 0, 10);
        chain.Add(small, 100, 10);
        var options = new MappingOptions { Coalescer = new Coalescer(pool) };
        Assert.True(dma.TryMap(chain, DmaDirection.ToDevice, options, out DmaMapping mapping));
        Assert.Equal((4096, 5000, 20), (mapping.DirectBytes, mapping.BouncedBytes, mapping.CoalescedBytes));
        byte[] before = ElementOracle.Fetch(device, mapping.Elements);
        Assert.False(before.AsSpan().ContainsAnyExcept((byte)0));

        direct.Span(0, 4096).Fill(1);
        bounced.AsSpan().Fill(2);
        small.Span(0, 200).Fill(3);
        byte[] after = ElementOracle.Fetch(device, mapping.Elements);
        Assert.All(after[..4096], b => Assert.Equal(1, b));
        Assert.All(after[4096..], b => Assert.Equal(0, b));
        mapping.Complete(after.Length);

        // Mapped again, the device gets what the buffers hold now.
        Assert.True(dma.TryMap(chain, DmaDirection.ToDevice, options, out mapping));
        Assert.All(ElementOracle.Fetch(device, mapping.Elements)[4096..9096], b => Assert.Equal(2, b));
        mapping.Complete(0);
    }
}
