using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>The coalescer's blocks through the life of a mapping: both directions, waiting, quarantine, headroom, policies.</summary>
public sealed class CoalescedBlocksTests
{
    private static readonly DmaConstraints s_one = new() { AddressBits = 32, MaxElements = 1 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task K1_WhatTheDeviceWritesIsScatteredOverTheFragments(bool heap)
    {
        await using var rig = await Rig.MakeAsync(s_one, heap);
        Memory<byte>[] parts = [new byte[10], rig.Reached(300), new byte[7]];
        using BufferChain chain = Chain(parts);
        Assert.True(rig.Dma.TryMap(chain, DmaDirection.FromDevice, rig.Options, out DmaMapping mapping));
        Assert.Equal((317, 0, 0), (mapping.CoalescedBytes, mapping.BouncedBytes, mapping.MapRegisters));
        byte[] answer = [.. Enumerable.Range(1, 317).Select(i => (byte)i)];
        byte[] meanwhile = [.. parts.SelectMany(p => p.ToArray())];
        ElementOracle.Store(rig.Device, mapping.Elements, answer);
        Assert.Equal(meanwhile, parts.SelectMany(p => p.ToArray()));
        mapping.Complete(312);
        byte[] seen = [.. parts.SelectMany(p => p.ToArray())];
        Assert.Equal(answer[..312], seen[..312]);
        Assert.All(seen[312..], b => Assert.Equal(0, b));
        rig.AssertAllFree();
        Assert.Equal((1L, 1L, 317L, 1L, 1L), rig.Coalescer.Statistics is var s ? (s.Offered, s.Coalesced, s.Bytes, s.ForCount, s.ForReach) : default);
        Assert.Equal(317, rig.Dma.Domain.Mappings.CoalescedBytes);
    }

    [Fact]
    public async Task M7_ADeviceThatClaimsMoreThanItWroteDeliversZerosAfterCoalescingToo()
    {
        await using var rig = await Rig.MakeAsync(s_one);
        byte[] secret = new byte[500];
        secret.AsSpan().Fill(0x5A);
        using (BufferChain chain = Chain(secret, rig.Reached(100)))
        {
            Assert.True(rig.Dma.TryMap(chain, DmaDirection.ToDevice, rig.Options, out DmaMapping first));
            Assert.Equal(600, first.CoalescedBytes);
            first.Complete(600);
        }

        byte[] mine = new byte[400];
        Memory<byte> more = rig.Reached(200);
        mine.AsSpan().Fill(1);
        using BufferChain into = Chain(mine, more);
        for (int i = 0; i < rig.Pool!.Capacity; i++)
        {
            // Every block of the pool, the one that held the secret among them.
            Assert.True(rig.Dma.TryMap(into, DmaDirection.FromDevice, rig.Options, out DmaMapping mapping));
            Assert.True(rig.Device.Store(mapping.Elements[0].Address, new byte[] { 1, 2, 3 }));
            mapping.Complete(600);
            Assert.Equal([1, 2, 3], mine[..3]);
            Assert.False(mine.AsSpan(3).ContainsAnyExcept((byte)0) || more.Span.ContainsAnyExcept((byte)0), "bytes of another request");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task K1_MappingsWaitForBlocksAndTryMapDoesNot(bool heap)
    {
        await using var rig = await Rig.MakeAsync(s_one, heap, blocks: 2);
        var held = new List<DmaMapping>();
        using BufferChain chain = Chain(new byte[1000], rig.Reached(900));
        while (rig.Dma.TryMap(chain, DmaDirection.ToDevice, rig.Options, out DmaMapping mapping)) held.Add(mapping);
        Assert.Equal(2, held.Count);
        Assert.Equal(1, rig.Coalescer.Statistics.Refused);
        using var stop = new CancellationTokenSource();
        rig.Platform.Run(async () =>
        {
            Task<DmaMapping> first = rig.Dma.MapAsync(chain, DmaDirection.ToDevice, rig.Options, stop.Token).AsTask();
            Task<DmaMapping> second = rig.Dma.MapAsync(chain, DmaDirection.ToDevice, rig.Options, CancellationToken.None).AsTask();
            Assert.False(first.IsCompleted || second.IsCompleted);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
            held[0].Complete(0);
            (await second).Complete(0);
            held[1].Complete(0);
        });
        rig.AssertAllFree();
    }

    [Fact]
    public async Task K1_SeveralThatNeedSeveralBlocksDoNotWaitForEachOther()
    {
        // Three blocks; each mapping needs two.
        await using var rig = await Rig.MakeAsync(new DmaConstraints { AddressBits = 32, MaxElements = 2 }, blocks: 3);
        rig.Platform.Run(async () =>
        {
            async Task WorkAsync()
            {
                using BufferChain chain = Chain(new byte[2000], new byte[1000], new byte[900]);
                for (int i = 0; i < 50; i++)
                {
                    DmaMapping mapping = await rig.Dma.MapAsync(chain, DmaDirection.ToDevice, rig.Whole, CancellationToken.None);
                    Assert.Equal(2, mapping.Elements.Length);
                    await Task.Yield();
                    mapping.Complete(0);
                }
            }

            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => WorkAsync()));
        });
        rig.AssertAllFree();
    }

    [Fact]
    public async Task Q2_BlocksOfAMappingThatWasPostedAndAbandonedWaitForQuiet()
    {
        await using var rig = await Rig.MakeAsync(s_one);
        byte[] data = new byte[300];
        using BufferChain chain = Chain(data, rig.Reached(5));
        Assert.True(rig.Dma.TryMap(chain, DmaDirection.FromDevice, rig.Options, out DmaMapping mapping));
        DmaElement told = mapping.Elements[0];
        mapping.MarkPosted();
        mapping.Dispose();
        Assert.Equal(rig.Pool!.Capacity - 1, rig.Pool.Available);
        Assert.Equal(305, rig.Dma.Domain.Quarantine.Bytes);
        Assert.True(rig.Device.Store(told.Address, new byte[] { 9, 9, 9 }));
        Assert.All(data, b => Assert.Equal(0, b));
        rig.Dma.DeclareQuiet();
        rig.AssertAllFree();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Q2_WhatEndsAtTheDevicesQuietThrowsAtNobodyWhereTheBlocksMemoryWasDisposed(bool heap)
    {
        var watching = new Counting();
        await using var rig = await Rig.MakeAsync(s_one, heap, observer: watching);
        using BufferChain chain = Chain(new byte[300], rig.Reached(5));
        Assert.True(rig.Dma.TryMap(chain, DmaDirection.FromDevice, rig.Options, out DmaMapping mapping));
        mapping.MarkPosted();
        mapping.Dispose();
        rig.Pool?.Dispose();
        rig.Heap?.Dispose();
        Assert.NotEqual(0, rig.Dma.Domain.Quarantine.Bytes);
        Assert.Equal(1, watching.Out);
        rig.Dma.DeclareQuiet();
        Assert.Equal((0, 0), (rig.Dma.Domain.Quarantine.Bytes, watching.Out));
        Assert.Equal(rig.Dma.Domain.MapRegisters.Capacity, rig.Dma.Domain.MapRegisters.Free);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task K1_HeadroomIsTheStartOfTheFirstElement(int elements)
    {
        await using var rig = await Rig.MakeAsync(new DmaConstraints { AddressBits = 32, MaxElements = elements }, headroom: 14);
        using CommonBuffer common = rig.Dma.AllocateCommonBuffer(4096);
        common.Span(0, 700).Fill(7);
        using BufferChain chain = BufferChain.Rent();
        chain.Add(common, 0, 700);
        Assert.True(rig.Dma.TryMap(chain, DmaDirection.ToDevice, rig.Options, out DmaMapping mapping));
        Assert.Equal((700, 14), (mapping.Length, mapping.Headroom.Length));
        Assert.Equal(elements == 1 ? 700 : 0, mapping.CoalescedBytes);
        Assert.Equal(elements == 1 ? 1 : 2, mapping.Elements.Length);
        Assert.False(mapping.Headroom.ContainsAnyExcept((byte)0));
        mapping.Headroom.Fill(0xEE);
        byte[] seen = ElementOracle.Fetch(rig.Device, mapping.Elements);
        Assert.Equal(714, seen.Length);
        Assert.All(seen[..14], b => Assert.Equal(0xEE, b));
        Assert.All(seen[14..], b => Assert.Equal(7, b));
        Assert.Throws<ArgumentOutOfRangeException>(() => mapping.Complete(714));
        mapping.Complete(700);
        rig.AssertAllFree();
    }

    [Fact]
    public async Task K1_PoliciesSayWhenItCopies()
    {
        await using var rig = await Rig.MakeAsync(new DmaConstraints { AddressBits = 32, MaxElements = 4 });
        using CommonBuffer common = rig.Dma.AllocateCommonBuffer(4096);
        using BufferChain chain = BufferChain.Rent();
        chain.Add(common, 0, 700);
        chain.Add(common, 1000, 700);
        Assert.True(rig.Dma.TryMap(chain, DmaDirection.ToDevice, rig.Options, out DmaMapping mapping));
        Assert.Equal(0, mapping.CoalescedBytes);
        mapping.Complete(0);
        Assert.True(rig.Dma.TryMap(chain, DmaDirection.ToDevice, rig.Whole, out mapping));
        Assert.Equal((1400, 1), (mapping.CoalescedBytes, mapping.Elements.Length));
        mapping.Complete(0);
        var never = new Coalescer(rig.Pool!, new CoalescerOptions { Policy = CoalescingPolicy.Never, Headroom = 9 });
        Assert.True(rig.Dma.TryMap(chain, DmaDirection.ToDevice, new MappingOptions { Coalescer = never }, out mapping));
        Assert.Equal((0, 2, 0), (mapping.CoalescedBytes, mapping.Elements.Length, mapping.Headroom.Length));
        mapping.Complete(0);
    }

    [Fact]
    public async Task K1_TheFirstOfEqualChoicesIsCopied()
    {
        await using var rig = await Rig.MakeAsync(new DmaConstraints { AddressBits = 32, MaxElements = 5 });
        using CommonBuffer common = rig.Dma.AllocateCommonBuffer(8192);
        using BufferChain chain = BufferChain.Rent();
        for (int i = 0; i < 6; i++) chain.Add(common, i * 1000, 100);
        Assert.True(rig.Dma.TryMap(chain, DmaDirection.ToDevice, rig.Options, out DmaMapping mapping));
        Assert.Equal((200, 5), (mapping.CoalescedBytes, mapping.Elements.Length));
        Assert.Equal(200, mapping.Elements[0].Length);
        Assert.Equal(common.LogicalAt(2000), mapping.Elements[1].Address);
        mapping.Complete(0);
    }

    [Fact]
    public async Task K1_MemoryThatDoesNotFitTheAdapterIsRefused()
    {
        await using var rig = await Rig.MakeAsync(new DmaConstraints { AddressBits = 32, MaxElements = 4 });
        await using DmaAdapter bounded = rig.Dma.Function.CreateAdapter(new DmaConstraints { AddressBits = 32, Boundary = 1024 });
        using BlockPool loose = BlockPool.Create(bounded, new BlockPoolOptions { BlockLength = 2048, Count = 8 });
        Assert.Contains("boundary 1024", Assert.Throws<ArgumentException>(() => new Coalescer(loose)).Message, StringComparison.Ordinal);
        using BufferChain chain = Chain(new byte[5]);
        Assert.Throws<DmaMisuseException>(() => bounded.TryMap(chain, DmaDirection.ToDevice, rig.Options, out _));
        Assert.Throws<ArgumentException>(() => new Coalescer(rig.Pool!, new CoalescerOptions { Headroom = 2049 }));
        using BufferChain large = Chain(new byte[9000]);
        DmaMappingException tooLarge = Assert.Throws<DmaMappingException>(() => rig.Dma.TryMap(large, DmaDirection.ToDevice, rig.Whole, out _));
        Assert.Contains("2048 bytes a block", tooLarge.Message, StringComparison.Ordinal);
    }

    private static BufferChain Chain(params Memory<byte>[] parts)
    {
        BufferChain chain = BufferChain.Rent();
        foreach (Memory<byte> part in parts) chain.Add(part);
        return chain;
    }

    /// <summary>A machine with a device to look through, an adapter and a coalescer.</summary>
    private sealed class Rig : IAsyncDisposable
    {
        private readonly List<CommonBuffer> _buffers = [];
        private PciFunction _function = null!;

        public EmulatedPlatform Platform { get; } = new(new() { MemoryBytes = 64 << 20, Stepped = true });

        public ProbeDevice Device { get; } = new();

        public DmaAdapter Dma { get; private set; } = null!;

        public BlockPool? Pool { get; private set; }

        public BufferHeap? Heap { get; private set; }

        public Coalescer Coalescer { get; private set; } = null!;

        /// <summary>Memory that the device reaches, apart from all other.</summary>
        public Memory<byte> Reached(int length)
        {
            _buffers.Add(Dma.AllocateCommonBuffer(length + 1));
            return _buffers[^1].Memory(0, length);
        }

        public MappingOptions Options => new() { Coalescer = Coalescer };

        public MappingOptions Whole { get; private set; }

        public static async Task<Rig> MakeAsync(DmaConstraints limits, bool heap = false, int blocks = 8, int headroom = 0, DmaObserver? observer = null)
        {
            var rig = new Rig();
            if (observer is not null) rig.Platform.AddObserver(observer);
            rig._function = await rig.Platform.OpenAsync(rig.Platform.Add(rig.Device));
            rig._function.BusMaster = true;
            rig.Dma = rig._function.CreateAdapter(limits);
            var options = new CoalescerOptions { Headroom = headroom };
            if (heap)
            {
                rig.Heap = BufferHeap.Create(rig.Dma, 2048 * blocks);
                rig.Coalescer = new Coalescer(rig.Heap, options);
            }
            else
            {
                rig.Pool = BlockPool.Create(rig.Dma, new BlockPoolOptions { BlockLength = 2048, Count = blocks });
                rig.Coalescer = new Coalescer(rig.Pool, options);
                rig.Whole = new MappingOptions { Coalescer = new Coalescer(rig.Pool, new CoalescerOptions { Policy = CoalescingPolicy.Whole }) };
            }

            return rig;
        }

        public void AssertAllFree()
        {
            if (Pool is not null) Assert.Equal(Pool.Capacity, Pool.Available);
            if (Heap is not null) Assert.Equal(Heap.Capacity, Heap.Statistics.FreeBytes);
            Assert.Equal(Dma.Domain.MapRegisters.Capacity, Dma.Domain.MapRegisters.Free);
            Assert.Equal(0, Dma.Domain.Quarantine.Bytes);
        }

        public async ValueTask DisposeAsync()
        {
            Dma.DeclareQuiet();
            Pool?.Dispose();
            Heap?.Dispose();
            foreach (CommonBuffer buffer in _buffers) buffer.Dispose();
            await Dma.DisposeAsync();
            await _function.DisposeAsync();
            await Platform.DisposeAsync();
        }
    }

    /// <summary>How many blocks and pieces are out.</summary>
    private sealed class Counting : DmaObserver
    {
        public int Out { get; private set; }

        public override void OnRented(object owner, LogicalRange piece) => Out++;

        public override void OnReturned(object owner, LogicalRange piece) => Out--;
    }
}
