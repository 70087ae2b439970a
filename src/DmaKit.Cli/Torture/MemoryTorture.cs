using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>Common buffers that come and go, blocks, pieces of a heap, and mappings that bounce and coalesce, with more users than there is of anything. No device works.</summary>
internal sealed class MemoryTorture(TortureBench bench) : TortureScenario(bench)
{
    private const int BlockLength = 4096;

    internal override string Name => "memory";

    internal override DeviceModel MakeModel() => new EduDevice();

    internal override ToldReader MakeReader() => new EduToldReader();

    protected override async Task RunAsync(PciFunction function)
    {
        DmaAdapter adapter = function.CreateAdapter(new DmaConstraints
        {
            AddressBits = Random.Next(2) == 0 ? 32 : 64,
            MaxElements = Random.Next(1, 9),
            ElementAlignment = 1 << Random.Next(4),
        });
        BlockPool? pool = null;
        BufferHeap? heap = null;
        await Bench.AskAsync("blocks and heap", _ =>
        {
            pool = BlockPool.AllocateUpTo(adapter, BlockLength, Random.Next(4, 40), 2);
            heap = BufferHeap.AllocateUpTo(adapter, Random.Next(16, 257) * 1024L, 16 * 1024);
            return default;
        }).ConfigureAwait(false);
        var work = new List<Task>();
        if (pool is not null && heap is not null)
        {
            var options = new MappingOptions { Coalescer = new Coalescer(pool) };
            int workers = Random.Next(2, 13);
            for (int i = 0; i < workers; i++) work.Add(WorkAsync(adapter, pool, heap, options, i, Random.Next(5, 40)));
        }

        await Task.WhenAll(work).ConfigureAwait(false);
        if (pool is not null && pool.Available != pool.Capacity) Bench.Lose(TortureBench.Text($"{pool.Capacity - pool.Available} of {pool.Capacity} blocks never came back"));
        if (heap is not null && heap.Statistics.LivePieces != 0) Bench.Lose(TortureBench.Text($"{heap.Statistics.LivePieces} pieces of the heap never came back"));
        heap?.Dispose();
        pool?.Dispose();
        await Bench.AskAsync("end of the adapter", async _ => await adapter.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task WorkAsync(DmaAdapter adapter, BlockPool pool, BufferHeap heap, MappingOptions options, int worker, int steps)
    {
        for (int step = 1; step <= steps; step++)
        {
            TimeSpan? limit = Random.Next(5) == 0 ? Bench.Between(0, 10) : null;
            switch (Random.Next(5))
            {
                case 0:
                    await BufferAsync(adapter, worker, step).ConfigureAwait(false);
                    break;
                case 1:
                    await BlockAsync(pool, worker, step, limit).ConfigureAwait(false);
                    break;
                case 2:
                    await PieceAsync(heap, worker, step, limit).ConfigureAwait(false);
                    break;
                default:
                    await MapAsync(adapter, options, worker, step, limit).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task BufferAsync(DmaAdapter adapter, int worker, int step)
    {
        CommonBuffer? buffer = null;
        int length = Random.Next(1, 20_000);
        await Bench.AskAsync("common buffer", _ =>
        {
            // None to be had is an answer.
            adapter.TryAllocateCommonBuffer(length, null, out buffer);
            return default;
        }).ConfigureAwait(false);
        if (buffer is null) return;
        if (buffer.Span(0, length).ContainsAnyExcept((byte)0)) Bench.Lose("a common buffer was not zeroed");
        await KeepAsync(buffer.Memory(0, length), worker, step, "common buffer").ConfigureAwait(false);
        buffer.Dispose();
    }

    private async Task BlockAsync(BlockPool pool, int worker, int step, TimeSpan? limit)
    {
        Block block = default;
        if (!await Bench.AskAsync("block", async token => block = await pool.RentAsync(token).ConfigureAwait(false), limit).ConfigureAwait(false)) return;
        await KeepAsync(block.Memory, worker, step, "block").ConfigureAwait(false);
        block.Dispose();
    }

    private async Task PieceAsync(BufferHeap heap, int worker, int step, TimeSpan? limit)
    {
        HeapPiece piece = default;
        int length = Random.Next(1, 8000);
        if (!await Bench.AskAsync("piece", async token => piece = await heap.AllocateAsync(length, cancellationToken: token).ConfigureAwait(false), limit).ConfigureAwait(false)) return;
        await KeepAsync(piece.Memory, worker, step, "piece").ConfigureAwait(false);
        piece.Dispose();
    }

    private async Task MapAsync(DmaAdapter adapter, MappingOptions options, int worker, int step, TimeSpan? limit)
    {
        int length = Random.Next(1, 12_000);
        using var buffer = new TortureBuffer(Bench, length);
        using BufferChain chain = BufferChain.Rent();
        for (int at = 0; at < length;)
        {
            int part = Math.Min(length - at, Random.Next(1, 5000));
            chain.Add(buffer.Memory.Slice(at, part));
            at += part;
        }

        DmaDirection direction = Random.Next(2) == 0 ? DmaDirection.ToDevice : DmaDirection.FromDevice;
        TortureBytes.Fill(buffer.Memory.Span, worker, step, 0);
        PartialMapping partial = default;
        bool done = await Bench.AskAsync(
            "mapping", async token => partial = await adapter.MapUpToAsync(chain.Range(0), direction, 1, options, token).ConfigureAwait(false), limit).ConfigureAwait(false);
        if (!done) return;
        long described = 0;
        foreach (DmaElement element in partial.Mapping.Elements) described += element.Length;
        if (described != length - partial.Remaining) Bench.Lose(TortureBench.Text($"a mapping of {length - partial.Remaining} bytes describes {described}"));
        await Bench.PauseAsync(Bench.Between(0, 3)).ConfigureAwait(false);

        // No device wrote anything: what comes back from one is the caller's own, or zeros where it was copied. The part that was not mapped is untouched.
        if (direction == DmaDirection.FromDevice && Random.Next(2) == 0) partial.Mapping.Complete(0);
        else if (direction == DmaDirection.ToDevice) partial.Mapping.Complete(described);
        partial.Mapping.Dispose();
        if (!TortureBytes.Are(buffer.Memory.Span, worker, step, 0, FaultEffect.None)) Bench.Lose("a mapping changed bytes that no device wrote");
    }

    /// <summary>Has a piece of memory for a while: nobody else may write there.</summary>
    private async Task KeepAsync(Memory<byte> memory, int worker, int step, string what)
    {
        TortureBytes.Fill(memory.Span, worker, step, 0);
        await Bench.PauseAsync(Bench.Between(0, 3)).ConfigureAwait(false);
        if (!TortureBytes.Are(memory.Span, worker, step, 0, FaultEffect.None)) Bench.Lose(TortureBench.Text($"a {what} of worker {worker} has other bytes than were written into it"));
    }
}
