using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// Fixed-size blocks of common buffer: what a driver takes per packet, descriptor or fragment, in callback context too, once the memory was
/// allocated at start.
/// </summary>
/// <remarks>
/// <para>Safe from any thread; a block may be returned by another thread than rented it. Renting and returning take O(1), allocate nothing, and
/// need no lock as long as blocks are plenty: each thread that uses the pool keeps a few free ones, as does an explicit <see cref="BlockCache"/>,
/// which is faster still. No block rests idle in such a cache while somebody goes without: when the shared stock is empty, the caches are emptied.</para>
/// <para>All that the pool knows about its blocks lies outside them: a stray write of the device cannot corrupt it. Blocks are not cleared
/// between two rents.</para>
/// </remarks>
public sealed partial class BlockPool : IDisposable, IPieceOwner
{
    /// <summary>The longest block, in bytes: 1 GiB.</summary>
    public const int MaxBlockLength = 1 << 30;

    /// <summary>The longest common buffer that a pool asks for; larger pools lie in several.</summary>
    private const long MaxRun = 1L << 30;

    private readonly PoolCore _core;
    private readonly PoolSlots _slots;
    private readonly nint[] _hosts;
    private readonly ulong[] _logicals;
    private readonly int[] _firsts;
    private readonly CommonBuffer[] _buffers;
    private readonly CommonBuffer _anyBuffer;
    private readonly DmaObserver? _observer;
    private readonly int _blockLength;
    private readonly uint _firstSlot;
    private readonly long _stride;
    private bool _watched;

    private BlockPool(DmaAdapter adapter, BlockPoolOptions options, BlockPoolLayout layout, List<(CommonBuffer Buffer, int Count)> runs)
    {
        Adapter = adapter;
        Name = options.Name;
        _blockLength = options.BlockLength;
        _stride = layout.Stride;
        _observer = adapter.Function.Platform.Observer;
        int count = runs.Sum(r => r.Count);
        _hosts = new nint[count];
        _logicals = new ulong[count];
        _buffers = [.. runs.Select(r => r.Buffer)];
        _firsts = new int[runs.Count];
        _anyBuffer = _buffers[0];
        int at = 0;
        for (int i = 0; i < runs.Count; i++)
        {
            _firsts[i] = at;
            CommonBuffer buffer = _buffers[i];
            buffer.Lease();
            for (int k = 0; k < runs[i].Count; k++, at++)
            {
                long offset = layout.OffsetOf(k);
                _hosts[at] = buffer.Host + (nint)offset;
                _logicals[at] = buffer.LogicalAt(offset).Value;
            }
        }

        Id = OwnerTable.Pools.Reserve();
        SlotDirectory.Reserve(count, out _firstSlot, out uint generation);
        _core = new PoolCore(count, Id, _firstSlot, Math.Max(generation, options.FirstGeneration));
        _slots = _core.Slots;
        _watched = _observer is not null;
        Line = new BlockLine(this, _core);
        _core.Line = Line;
        SlotDirectory.Set(_firstSlot, count, this);
    }

    /// <summary>The adapter that the memory was allocated from.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>The pool's name in messages, snapshots and pictures.</summary>
    public string Name { get; }

    /// <summary>How many blocks there are.</summary>
    public int Capacity => _core.Capacity;

    /// <summary>The length of a block in bytes.</summary>
    public int BlockLength => _blockLength;

    /// <summary>How many blocks are free now; other threads may change it at once.</summary>
    public int Available => Statistics.Available;

    /// <summary>The figures of this moment.</summary>
    public BlockPoolStatistics Statistics => _core.Snapshot(default);

    /// <summary>The common buffers that the blocks lie in.</summary>
    public IReadOnlyList<CommonBuffer> Buffers => _buffers;

    /// <summary>The number by which threads find their stock of it.</summary>
    internal uint Id { get; }

    internal PoolCore Core => _core;

    /// <summary>
    /// Ends the pool. Blocks that are still out are reported as misuse, their handles become stale, and the pool's memory goes into
    /// quarantine. Who waits for a block gets an <see cref="ObjectDisposedException"/>. Never throws.
    /// </summary>
    public void Dispose()
    {
        if (!_core.Close(out int live, out uint generation)) return;
        while (Line.TryTurnAway(out Waiter? waiter))
            Adapter.Domain.Waits.TurnAway(waiter, new ObjectDisposedException(Name, $"Pool '{Name}' was disposed while somebody waited for a block."));
        SlotDirectory.Remove(_firstSlot, Capacity, generation);
        OwnerTable.Pools.Remove(Id);
        if (live > 0)
        {
            Adapter.Function.Platform.Misuse.Report(new MisuseReport(
                "pool-disposed-while-blocks-out",
                $"{live} of {Capacity} blocks were not returned. Return them first; the pool's memory is in quarantine.",
                Name));
        }

        foreach (CommonBuffer buffer in _buffers)
        {
            // The lease of a buffer with blocks out is kept: that is what sends it into quarantine.
            if (live == 0) buffer.Unlease();
            buffer.Dispose(leaseReport: false);
        }
    }

    long IPieceOwner.TakenBy(long length) => _stride;

    internal LogicalAddress LogicalOf(in Block block) => new(SlotEntry.Of(_logicals, Check(block)));

    internal nint HostOf(in Block block) => SlotEntry.Of(_hosts, Check(block));

    /// <summary>Where a block is, to the program and to the device.</summary>
    internal void PlaceOf(in Block block, out nint host, out LogicalAddress logical)
    {
        uint index = Check(block);
        host = SlotEntry.Of(_hosts, index);
        logical = new LogicalAddress(SlotEntry.Of(_logicals, index));
    }

    internal Span<byte> SpanOf(scoped in Block block) => HostMemory.Span(HostOf(block), _blockLength);

    /// <summary>Which of the blocks it is, if it is one of this pool.</summary>
    internal uint IndexOf(in Block block) => _slots.IndexOf(block.Token);

    /// <summary>Whether a handle with one of this pool's numbers is this pool's, and not of one that had the number before.</summary>
    internal bool HasMade(in Block block) => IndexOf(block) < (uint)Capacity && block.Generation >= _slots.FirstGeneration;

    /// <summary>The how manyth of its place in this pool a handle's rent is, from 1.</summary>
    internal uint RentOf(in Block block) => block.Generation - _slots.FirstGeneration + 1;

    internal nint HostOf(in Block block, int offset, int length)
    {
        uint index = Check(block);
        if ((uint)offset > (uint)_blockLength || _blockLength - offset < length) BlockMisuse.ThrowOutside(this, block, offset, length);
        return SlotEntry.Of(_hosts, index) + offset;
    }

    internal Memory<byte> MemoryOf(in Block block)
    {
        nint host = HostOf(block);
        int run = Array.BinarySearch(_firsts, (int)IndexOf(block));
        CommonBuffer buffer = _buffers[run >= 0 ? run : ~run - 1];
        return buffer.Memory(host - buffer.Host, _blockLength);
    }

    private LogicalRange RangeOf(uint index) => new(new LogicalAddress(_logicals[index]), _blockLength);

    /// <summary>The handle must be current, and the memory still the adapter's: it goes when the adapter is closed.</summary>
    /// <returns>Which of the blocks it is.</returns>
    private uint Check(in Block block)
    {
        if (!_slots.IsCurrent(block.Token)) BlockMisuse.ThrowStale(this, block, BlockMisuse.Used);
        ObjectDisposedException.ThrowIf(_anyBuffer.IsDisposed, this);
        return IndexOf(block);
    }
}
