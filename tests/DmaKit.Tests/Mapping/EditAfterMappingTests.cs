using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>
/// "You can modify the buffer but the bounced pages will not see it": an edit after mapping reaches the device on the direct pages and not on those that
/// were copied; and callers with known bugs, with whom that does not hold.
/// </summary>
public sealed class EditAfterMappingTests : IAsyncLifetime
{
    private readonly EmulatedPlatform _machine = new(new() { MemoryBytes = 64 << 20, Stepped = true, MapRegisters = 4 });
    private readonly ProbeDevice _device = new();
    private PciFunction _function = null!;
    private DmaAdapter _dma = null!;
    private BlockPool _pool = null!;

    public async ValueTask InitializeAsync()
    {
        _function = await _machine.OpenAsync(_machine.Add(_device));
        _function.BusMaster = true;
        _dma = _function.CreateAdapter(new DmaConstraints { AddressBits = 32, MaxElements = 4 });
        _pool = BlockPool.Create(_dma, new BlockPoolOptions { BlockLength = 2048, Count = 4 });
    }

    [Fact]
    public void M3_AnEditAfterMappingReachesTheDeviceOnDirectPagesAndNotOnBouncedOnes() => Assert.Null(Played(Caller.Right));

    [Theory]
    [InlineData(nameof(Caller.CompletesTooEarly), "a copied byte changed")]
    [InlineData(nameof(Caller.MapsTwice), "a copied byte changed")]
    [InlineData(nameof(Caller.IgnoresContiguity), "the device reads other bytes")]
    [InlineData(nameof(Caller.HoldsAndWaits), "Deadlock: data holds")]
    public void M3_TheSameProgramCatchesTwins(string caller, string complaint) =>
        Assert.StartsWith(complaint, Played(Enum.Parse<Caller>(caller)), StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        _pool.Dispose();
        await _dma.DisposeAsync();
        await _function.DisposeAsync();
        await _machine.DisposeAsync();
    }

    private string? Played(Caller caller) => _machine.Run(async () =>
    {
        try
        {
            return await PlayAsync(caller);
        }
        catch (DmaDeadlockException e)
        {
            return e.Message;
        }
    });

    /// <returns>What is not as it should be, or null.</returns>
    private async Task<string?> PlayAsync(Caller caller)
    {
        using CommonBuffer direct = _dma.AllocateCommonBuffer(4096);
        using CommonBuffer small = _dma.AllocateCommonBuffer(4096);
        byte[] bounced = new byte[5000];
        using BufferChain chain = BufferChain.Rent();
        chain.Add(direct, 0, 4096);
        chain.Add(bounced.AsMemory());
        chain.Add(small, 0, 10);
        chain.Add(small, 100, 10);
        Fill(direct, bounced, small, 1);
        var options = new MappingOptions { Coalescer = new Coalescer(_pool), Request = _dma.Domain.CreateRequest("data") };
        DmaMapping mapping = await _dma.MapAsync(chain, DmaDirection.ToDevice, options, CancellationToken.None);
        if ((mapping.DirectBytes, mapping.BouncedBytes, mapping.CoalescedBytes) != (4096, 5000, 20)) return "another mix than was meant";
        DmaMapping second = caller == Caller.HoldsAndWaits ? await MapCommandsAsync(options) : default;
        DmaElement[] told = caller == Caller.IgnoresContiguity ? [new DmaElement(mapping.Elements[0].Address, mapping.Length)] : mapping.Elements.ToArray();
        if (ElementOracle.Fetch(_device, told).AsSpan().ContainsAnyExcept((byte)1)) return "the device reads other bytes than were mapped";

        if (caller == Caller.CompletesTooEarly) mapping.Complete(mapping.Length);
        Fill(direct, bounced, small, 2);
        if (caller is Caller.CompletesTooEarly or Caller.MapsTwice)
        {
            // Somebody else's mapping takes what was given back; or the driver forgot that it has one.
            second = await _dma.MapAsync(chain, DmaDirection.ToDevice, options, CancellationToken.None);
            if (caller == Caller.MapsTwice) told = second.Elements.ToArray();
        }

        byte[] after = ElementOracle.Fetch(_device, told);
        if (after.AsSpan(0, 4096).ContainsAnyExcept((byte)2)) return "the device does not see the edit of a direct byte";
        if (after.AsSpan(4096).ContainsAnyExcept((byte)1)) return "a copied byte changed";
        mapping.Complete(after.Length);
        second.Dispose();

        // Mapped again, the device gets what the buffers hold now.
        second = await _dma.MapAsync(chain, DmaDirection.ToDevice, options, CancellationToken.None);
        bool isNew = !ElementOracle.Fetch(_device, second.Elements).AsSpan().ContainsAnyExcept((byte)2);
        second.Complete(0);
        if (!isNew) return "the device reads old bytes";
        return _dma.Domain.MapRegisters.Free == 4 && _pool.Available == 4 ? null : "registers or blocks were not given back";
    }

    /// <summary>Two requests of two registers each have their data mapped, and now want one more register for their command: that is all of four.</summary>
    private async Task<DmaMapping> MapCommandsAsync(MappingOptions options)
    {
        var other = new MappingOptions { Request = _dma.Domain.CreateRequest("other data") };
        DmaMapping data = await _dma.MapAsync(new byte[5000], DmaDirection.ToDevice, other);
        try
        {
            Task<DmaMapping> command = _dma.MapAsync(new byte[16], DmaDirection.ToDevice, options).AsTask();
            (await _dma.MapAsync(new byte[16], DmaDirection.ToDevice, other)).Complete(0);
            return await command;
        }
        finally
        {
            data.Complete(0);
        }
    }

    private static void Fill(CommonBuffer direct, byte[] bounced, CommonBuffer small, byte value)
    {
        direct.Span(0, 4096).Fill(value);
        bounced.AsSpan().Fill(value);
        small.Span(0, 200).Fill(value);
    }

    private enum Caller
    {
        Right,
        CompletesTooEarly,
        MapsTwice,
        IgnoresContiguity,
        HoldsAndWaits,
    }
}
