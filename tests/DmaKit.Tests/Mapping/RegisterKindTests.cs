using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>Map registers that are entries of an IOMMU: they lead to the request's own pages, and to nobody's afterwards.</summary>
public sealed class RegisterKindTests : IAsyncDisposable
{
    private const int Page = 4096;

    private readonly EmulatedPlatform _machine = new(new()
    {
        MemoryBytes = 128 << 20,
        LowMemoryBytes = 32 << 20,
        SystemBuffersAbove4G = true,
        Fragmentation = 0.9,
        Iommu = true,
        MapRegisters = 32,
        Stepped = true,
    });

    private readonly ProbeDevice _device = new();
    private readonly PciFunction _function;
    private readonly DmaAdapter _dma;

    public RegisterKindTests()
    {
        _function = _machine.OpenAsync(_machine.Add(_device)).AsTask().GetAwaiter().GetResult();
        _function.BusMaster = true;

        // Out of reach of 28 bits is where this machine maps system buffers.
        _dma = _function.CreateAdapter(new DmaConstraints { AddressBits = 28, MaxElements = 1 });
    }

    public async ValueTask DisposeAsync()
    {
        _dma.DeclareQuiet();
        await _function.DisposeAsync();
        await _machine.DisposeAsync();
    }

    [Fact]
    public void R1_TheKindsStandBehindOneType()
    {
        Assert.Equal(MapRegisterKind.IommuEntry, _dma.Domain.MapRegisters.Kind);
        Assert.Equal(MapRegisterKind.BouncePage, new PlainMachine().Domain.MapRegisters.Kind);
        var bare = new PlainMachine();
        bare.Memory.Registers = 0;
        Assert.Equal((MapRegisterKind.None, 0), (bare.Domain.MapRegisters.Kind, bare.Domain.MapRegisters.Capacity));
    }

    [Fact]
    public void R1_ScatteredPagesOutOfReachAreOneRunWithoutACopy()
    {
        using SystemBuffer system = _machine.AllocateSystemBuffer(16 * Page);
        Memory<byte> data = system.Memory()[..(16 * Page)];
        new Random(1).NextBytes(data.Span);
        Assert.True(_dma.TryMap(data, DmaDirection.Both, out DmaMapping mapping));
        Assert.Equal((1, 16, 0L, 16L * Page), (mapping.Elements.Length, mapping.MapRegisters, mapping.BouncedBytes, mapping.DirectBytes));
        LogicalAddress at = mapping.Elements[0].Address;
        Assert.True(at + (16 * Page) <= new LogicalAddress(1 << 28));
        Assert.Equal(data.ToArray(), Fetch(at, 16 * Page));

        // The device writes where the data lies: no completion is needed to see it.
        Assert.True(_device.Store(at + 5000, "written in place"u8));
        Assert.True(data.Span[5000..].StartsWith("written in place"u8));
        mapping.Complete(16 * Page);
    }

    [Fact]
    public void M4_AfterCompletionTheDeviceDoesNotReachTheData()
    {
        using SystemBuffer system = _machine.AllocateSystemBuffer(4 * Page);
        Memory<byte> data = system.Memory()[..(4 * Page)];
        Assert.True(_dma.TryMap(data, DmaDirection.FromDevice, out DmaMapping mapping));
        LogicalAddress at = mapping.Elements[0].Address;
        mapping.Complete(4 * Page);
        for (int i = 0; i < 4; i++) Assert.False(_device.Store(at + (i * Page), "late"u8), "something is still mapped there");
        Assert.False(data.Span.ContainsAnyExcept((byte)0), "the device still wrote into the caller's memory");
        Assert.Equal(32, _dma.Domain.MapRegisters.Free);
    }

    [Fact]
    public void M4_AnAbandonedMappingKeepsItsPagesUntilTheDeviceIsQuiet()
    {
        SystemBuffer system = _machine.AllocateSystemBuffer(2 * Page);
        Memory<byte> data = system.Memory()[..(2 * Page)];
        Assert.True(_dma.TryMap(data, DmaDirection.FromDevice, out DmaMapping mapping));
        LogicalAddress at = mapping.Elements[0].Address;
        mapping.MarkPosted();
        mapping.Dispose();
        system.Dispose();
        Assert.True(_device.Store(at, "late"u8));
        Assert.Equal(30, _dma.Domain.MapRegisters.Free);
        _dma.DeclareQuiet();
        Assert.Equal(32, _dma.Domain.MapRegisters.Free);
    }

    [Fact]
    public void M7_RaggedPagesAndManagedMemoryGoThroughTheRegistersOwnPages()
    {
        using SystemBuffer system = _machine.AllocateSystemBuffer(4 * Page);
        Memory<byte> data = system.Memory()[..((2 * Page) + 100)];
        data.Span.Fill(0x11);
        Assert.True(_dma.TryMap(data, DmaDirection.Both, out DmaMapping mapping));
        Assert.Equal((1, 100L, 2L * Page), (mapping.Elements.Length, mapping.BouncedBytes, mapping.DirectBytes));
        LogicalAddress at = mapping.Elements[0].Address;

        // What lies behind the request in its last page is not the device's.
        system.Memory().Span[((2 * Page) + 100)..].Fill(0x77);
        Assert.False(Fetch(at, 3 * Page).AsSpan((2 * Page) + 100).ContainsAnyExcept((byte)0));
        Assert.True(_device.Store(at + (2 * Page), "tail"u8));
        mapping.Complete(mapping.Length);
        Assert.True(data.Span[(2 * Page)..].StartsWith("tail"u8));

        Assert.True(_dma.TryMap(new byte[2 * Page], DmaDirection.FromDevice, out DmaMapping managed));
        Assert.Equal(2L * Page, managed.BouncedBytes);
        managed.Complete(0);
        Assert.True(_dma.TryMap(system.Memory().Slice(100, 2 * Page), DmaDirection.ToDevice, out DmaMapping ragged));
        Assert.Equal((1, 2L * Page), (ragged.Elements.Length, ragged.BouncedBytes));
        ragged.Complete(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void M4_RandomChainsCarryTheRightBytesWhateverIsPointedAndWhateverIsCopied(int seed)
    {
        var random = new Random(seed);
        DmaAdapter lists = _function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        using SystemBuffer system = _machine.AllocateSystemBuffer(16 * Page);
        long pointed = 0;
        for (int round = 0; round < 200; round++)
        {
            using BufferChain chain = BufferChain.Rent();
            for (int left = 1 + random.Next(4); left > 0; left--)
            {
                if (random.Next(2) == 0) chain.Add(new byte[1 + random.Next(2 * Page)]);
                else chain.Add(system.Memory().Slice(4 * (left - 1) * Page, random.Next(2) == 0 ? Page * (1 + random.Next(3)) : 1 + random.Next(3 * Page)));
            }

            DmaMapping mapping;
            try
            {
                Assert.True(lists.TryMap(chain, DmaDirection.FromDevice, out mapping));
            }
            catch (DmaMappingException)
            {
                continue;
            }

            pointed += mapping.DirectBytes;
            byte[] expected = new byte[mapping.Length];
            random.NextBytes(expected);
            ReadOnlySpan<byte> rest = expected;
            foreach (DmaElement element in mapping.Elements)
            {
                Assert.True(_device.Store(element.Address, rest[..(int)element.Length]));
                rest = rest[(int)element.Length..];
            }

            mapping.Complete(mapping.Length);
            byte[] got = new byte[expected.Length];
            chain.CopyTo(got);
            Assert.Equal(expected, got);
        }

        Assert.True(pointed > 0, "nothing was pointed");
        Assert.Equal(32, _dma.Domain.MapRegisters.Free);
    }

    [Fact]
    public async Task M1_FewPagesAreCopiedWherePointingToThemCostsMore()
    {
        _machine.InterposeMemory((_, memory) => new Dear(memory));
        await using PciFunction function = await _machine.OpenAsync(_machine.Add(new ProbeDevice()), TestContext.Current.CancellationToken);
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 28, MaxElements = 1 });
        using SystemBuffer system = _machine.AllocateSystemBuffer(16 * Page);
        Memory<byte> few = system.Memory()[..(3 * Page)], many = system.Memory()[..((8 * Page) + 100)];
        Assert.Equal("3 map register(s) side by side: 12288 of 12288 bytes are copied because of reach (managed memory, or beyond 28 address bits)", dma.Plan(few, DmaDirection.ToDevice).Explanation);
        TransferPlan plan = dma.Plan(many, DmaDirection.ToDevice);
        Assert.Equal((8L * Page, 100L), (plan.DirectBytes, plan.BouncedBytes));
        Assert.StartsWith("9 map register(s) side by side: they lead to 32768 bytes where those lie, and 100 of 32868 bytes are copied", plan.Explanation, StringComparison.Ordinal);
        Assert.True(dma.TryMap(few, DmaDirection.ToDevice, out DmaMapping copied));
        Assert.Equal((0L, 3L * Page), (copied.DirectBytes, copied.BouncedBytes));
        copied.Complete(0);
        Assert.True(dma.TryMap(many, DmaDirection.ToDevice, out DmaMapping pointed));
        Assert.Equal((8L * Page, 100L, 1), (pointed.DirectBytes, pointed.BouncedBytes, pointed.Elements.Length));
        pointed.Complete(0);
        Assert.Equal(4, dma.Domain.MapRegisters.PointFromPages);
        var text = new StringWriter();
        dma.Domain.TakeSnapshot().WriteText(text);
        Assert.Contains("they lead to a request's own pages from 4 side by side on, as the platform says", text.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3.0, 0.2, 0.5, 10)]
    [InlineData(3.0, 0.5, 0.5, 0)]
    [InlineData(3.0, 0.6, 0.5, 0)]
    [InlineData(0.0, 0.1, 0.5, 1)]
    [InlineData(20.0, 0.0, 0.5, 40)]
    public void M1_PointingPaysFromWhereItsCallCostsLessThanWhatItSaves(double call, double page, double copy, int pages) =>
        Assert.Equal(pages, PointingCosts.Balance(call, page, copy));

    [Fact]
    public async Task M1_WhereThePlatformDoesNotKnowWhatPointingCostsItIsMeasured()
    {
        _machine.InterposeMemory((_, memory) => new Dear(memory) { Known = null });
        await using PciFunction function = await _machine.OpenAsync(_machine.Add(new ProbeDevice()), TestContext.Current.CancellationToken);
        await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints { AddressBits = 28, MaxElements = 1 });
        dma.Plan(new byte[Page], DmaDirection.ToDevice);
        var text = new StringWriter();
        dma.Domain.TakeSnapshot().WriteText(text);
        Assert.Matches("they lead to a request's own pages (never|from [0-9]+ side by side on), measured: pointing [0-9.]+ us and [0-9.]+ us a page, copying [0-9.]+ us a page", text.ToString());
        Assert.Equal(dma.Domain.MapRegisters.Capacity, dma.Domain.MapRegisters.Free);
    }

    private sealed class Dear(DomainMemory inner) : DomainMemoryDecorator(inner)
    {
        public int? Known { get; init; } = 4;

        public override int? PointFromPages => Known;
    }

    private byte[] Fetch(LogicalAddress at, int length)
    {
        byte[] bytes = new byte[length];
        Assert.True(_device.Fetch(at, bytes));
        return bytes;
    }
}
