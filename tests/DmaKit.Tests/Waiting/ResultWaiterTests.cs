using System.Diagnostics.CodeAnalysis;
using DmaKit.Emulation;

namespace DmaKit.Tests;

/// <summary>An awaited call whose result is asked for too early, or again: the caller's error, and nobody else's.</summary>
[SuppressMessage("Reliability", "CA2012", Justification = "Asking wrongly is what these tests are about.")]
public sealed class ResultWaiterTests
{
    [Fact]
    public Task T1_A_block() => AskedWrongly<Block>(machine =>
    {
        var pool = BlockPool.AllocateUpTo(machine.Dma, 512, 1, 1);
        return (() => pool.RentAsync(), block => pool.Return(block), pool);
    });

    [Fact]
    public Task T1_A_piece_of_a_heap() => AskedWrongly<HeapPiece>(machine =>
    {
        var heap = BufferHeap.Create(machine.Dma, 4096);
        return (() => heap.AllocateAsync(4096), piece => heap.Free(piece), heap);
    });

    [Fact]
    public Task T1_A_packet() => AskedWrongly<Command<TestPacket, int>>(machine =>
    {
        var pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 1, 1);
        return (() => pool.RentAsync(), command => command.Dispose(), pool);
    });

    [Fact]
    public Task T1_A_mapping() => AskedWrongly<DmaMapping>(machine => (() => machine.Dma.MapAsync(new byte[4096], DmaDirection.ToDevice), mapping => mapping.Complete(0), null));

    [Fact]
    public Task T1_A_partial_mapping() => AskedWrongly<PartialMapping>(machine =>
        (() => machine.Dma.MapUpToAsync(new byte[4096].AsMemory(), DmaDirection.ToDevice, 512), part => part.Mapping.Complete(0), null));

    /// <summary>There is one of what is waited for.</summary>
    private static async Task AskedWrongly<T>(Func<TestMachine, (Func<ValueTask<T>> Take, Action<T> Give, object? Owner)> make)
    {
        await using var machine = new TestMachine(new EmulatedPlatformOptions { MemoryBytes = 64 << 20, MapRegisters = 1 });
        (Func<ValueTask<T>> take, Action<T> give, object? owner) = make(machine);
        machine.Run(async () =>
        {
            T first = await take();
            ValueTask<T> call = take();
            Assert.Throws<InvalidOperationException>(() => call.GetAwaiter().GetResult());
            give(first);
            T second = await call;
            Assert.Throws<InvalidOperationException>(() => call.GetAwaiter().GetResult());

            // Two more calls wait, each for itself, and no result is another's.
            Task<T> third = take().AsTask();
            Task<T> fourth = take().AsTask();
            Assert.False(third.IsCompleted || fourth.IsCompleted);
            give(second);
            T got = await third;
            Assert.False(fourth.IsCompleted);
            give(got);
            give(await fourth);
            if (owner is IAsyncDisposable slow) await slow.DisposeAsync();
            else (owner as IDisposable)?.Dispose();
        });
        Assert.Empty(machine.Platform.Misuse.Reports);
    }
}
