using System.Numerics;

namespace DmaKit.Platforms;

/// <summary>
/// Who has which page frame. A buddy allocator: free frames are kept as blocks of two to the power of an order, naturally
/// aligned, one bitmap per order, so that 16 million frames cost a few MiB and are ready at once.
/// </summary>
/// <remarks>
/// Safe from any thread. A request takes the smallest block that holds it and gives the rest back at once. When no block does,
/// free neighbours that are no buddies are looked through as well, so that a run is had exactly when one exists.
/// </remarks>
internal sealed class FrameAllocator
{
    private readonly Lock _gate = new();
    private readonly FrameBitmap[] _free;
    private readonly long[] _blocks;
    private readonly long _end;
    private long _freeFrames;

    /// <summary>Makes an allocator in which no frame is free yet.</summary>
    /// <param name="end">One more than the highest frame.</param>
    internal FrameAllocator(long end)
    {
        _end = end;
        int orders = BitOperations.Log2((ulong)Math.Max(1, end)) + 1;
        _free = new FrameBitmap[orders];
        _blocks = new long[orders];
        for (int order = 0; order < orders; order++) _free[order] = new FrameBitmap(end >> order);
    }

    /// <summary>For checkers: is told of every frame that is handed out or given back. Null, the default, is nobody.</summary>
    internal IFrameWitness? Witness { get; set; }

    /// <summary>Frames that nobody has.</summary>
    internal long FreeFrames
    {
        get
        {
            lock (_gate) return _freeFrames;
        }
    }

    /// <summary>The number of free blocks of each order.</summary>
    internal long[] FreeBlocks()
    {
        lock (_gate) return [.. _blocks];
    }

    /// <summary>Takes a run that meets the request.</summary>
    internal bool TryAllocate(in FrameRequest request, out long first)
    {
        first = -1;
        if (request.Count <= 0 || (request.Boundary != 0 && request.Count > request.Boundary)) return false;
        lock (_gate)
        {
            if (request.Count > _freeFrames) return false;
            first = FindBlock(request);
            if (first < 0) first = FindStretch(request);
            if (first < 0) return false;
            Take(first, request.Count);
            Witness?.Taken(first, request.Count);
            return true;
        }
    }

    /// <summary>Takes the longest block at hand, at most <paramref name="count"/> frames, from the lowest place that has one.</summary>
    internal bool TryAllocateSome(long count, long minimum, long maximum, out FrameRun run)
    {
        run = default;
        lock (_gate)
        {
            int largest = Math.Min(BitOperations.Log2((ulong)count), _free.Length - 1);
            for (int wanted = largest; wanted >= 0; wanted--)
            {
                long first = FindBlock(new FrameRequest(1L << wanted, minimum, maximum));
                if (first < 0) continue;
                Take(first, 1L << wanted);
                run = new FrameRun(first, 1L << wanted);
                Witness?.Taken(first, run.Count);
                return true;
            }

            return false;
        }
    }

    /// <summary>Gives frames back, or makes them known. They merge with free neighbours.</summary>
    /// <exception cref="InvalidOperationException">One of them is free already, or out of range: a defect of the machine.</exception>
    internal void Free(long first, long count)
    {
        if (first < 0 || count < 0 || first + count > _end)
            throw new InvalidOperationException($"Frames {first}+{count} are out of the machine's {_end}.");
        lock (_gate)
        {
            FrameRun free = NextFree(first);
            if (count > 0 && free.Count != 0 && free.First < first + count)
                throw new InvalidOperationException($"Frame {Math.Max(first, free.First)} was freed twice.");
            Put(first, count);
            Witness?.Freed(first, count);
        }
    }

    /// <summary>The longest run that could be had under the request's limits now, whatever its count.</summary>
    internal long LargestRun(in FrameRequest request)
    {
        lock (_gate)
        {
            long best = 0;
            for (FrameRun run = NextStretch(request.Minimum); run.Count != 0 && run.First <= request.Maximum; run = NextStretch(run.End))
                best = Math.Max(best, request.LongestIn(run.First, run.End));
            return best;
        }
    }

    /// <summary>How many frames the largest <paramref name="runs"/> free blocks have together.</summary>
    internal long FramesIn(long runs)
    {
        lock (_gate)
        {
            long frames = 0;
            for (int order = _blocks.Length - 1; order >= 0 && runs > 0; order--)
            {
                long take = Math.Min(runs, _blocks[order]);
                frames += take << order;
                runs -= take;
            }

            return frames;
        }
    }

    /// <summary>Every stretch of free frames, in order of address.</summary>
    internal List<FrameRun> FreeRuns()
    {
        lock (_gate)
        {
            var runs = new List<FrameRun>();
            for (FrameRun run = NextStretch(0); run.Count != 0; run = NextStretch(run.End)) runs.Add(run);
            return runs;
        }
    }

    private long FindBlock(in FrameRequest request)
    {
        int order = Order(Math.Max(request.Count, request.Alignment));
        for (; order < _free.Length; order++)
        {
            if (_blocks[order] == 0) continue;
            long size = 1L << order;
            long index = _free[order].Next((request.Minimum + size - 1) >> order);
            if (index >= 0 && (index << order) + request.Count - 1 <= request.Maximum) return index << order;
        }

        return -1;
    }

    private long FindStretch(in FrameRequest request)
    {
        for (FrameRun run = NextStretch(request.Minimum); run.Count != 0 && run.First <= request.Maximum; run = NextStretch(run.End))
        {
            long place = request.PlaceIn(run.First, run.End);
            if (place >= 0) return place;
        }

        return -1;
    }

    /// <summary>The stretch of free frames that starts at or spans <paramref name="from"/>, or the next one; empty at the end.</summary>
    private FrameRun NextStretch(long from)
    {
        FrameRun run = NextFree(from);
        if (run.Count == 0) return run;
        long end = run.End;
        while (end < _end && BlockAt(end) is >= 0 and int order) end += 1L << order;
        return run with { Count = end - run.First };
    }

    /// <summary>The free block that holds <paramref name="from"/>, cut to start there, or the next one.</summary>
    private FrameRun NextFree(long from)
    {
        if (from >= _end) return default;
        long best = long.MaxValue;
        int bestOrder = -1;
        for (int order = 0; order < _free.Length; order++)
        {
            if (_blocks[order] == 0) continue;
            long index = _free[order].Next(from >> order);
            if (index < 0 || index << order >= best) continue;
            best = index << order;
            bestOrder = order;
            if (best <= from) break;
        }

        if (bestOrder < 0) return default;
        long first = Math.Max(best, from);
        return new FrameRun(first, best + (1L << bestOrder) - first);
    }

    /// <summary>The order of the free block that starts at a frame; -1 when none does.</summary>
    private int BlockAt(long frame)
    {
        int highest = Math.Min(BitOperations.TrailingZeroCount(frame), _free.Length - 1);
        for (int order = 0; order <= highest; order++)
            if (_blocks[order] != 0 && frame >> order < _free[order].Length && _free[order].Contains(frame >> order)) return order;
        return -1;
    }

    private void Take(long first, long count)
    {
        long end = first + count;
        for (long at = first; at < end;)
        {
            (long block, int order) = Containing(at);
            Remove(block, order);
            long blockEnd = block + (1L << order);
            Put(block, at - block);
            if (blockEnd > end) Put(end, blockEnd - end);
            at = blockEnd;
        }
    }

    private (long Block, int Order) Containing(long frame)
    {
        for (int order = 0; order < _free.Length; order++)
            if (_blocks[order] != 0 && frame >> order < _free[order].Length && _free[order].Contains(frame >> order)) return (frame >> order << order, order);
        throw new InvalidOperationException($"Frame {frame} is not free.");
    }

    private void Put(long first, long count)
    {
        while (count > 0)
        {
            int order = Math.Min(BitOperations.TrailingZeroCount(first), BitOperations.Log2((ulong)count));
            order = Math.Min(order, _free.Length - 1);
            long length = 1L << order;
            Merge(first, order);
            first += length;
            count -= length;
        }
    }

    private void Merge(long first, int order)
    {
        while (order + 1 < _free.Length)
        {
            long buddy = (first >> order) ^ 1;
            if (buddy >= _free[order].Length || !_free[order].Contains(buddy) || first >> (order + 1) >= _free[order + 1].Length) break;
            Remove(buddy << order, order);
            first &= ~(1L << order);
            order++;
        }

        _free[order].Add(first >> order);
        _blocks[order]++;
        _freeFrames += 1L << order;
    }

    private void Remove(long first, int order)
    {
        _free[order].Remove(first >> order);
        _blocks[order]--;
        _freeFrames -= 1L << order;
    }

    private static int Order(long count) => count <= 1 ? 0 : BitOperations.Log2((ulong)(count - 1)) + 1;
}
