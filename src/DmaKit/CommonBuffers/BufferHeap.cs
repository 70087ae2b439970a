using System.Numerics;
using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// Pieces of any length out of one common buffer: what a driver takes for scatter-gather lists, messages and tables, in callback context too,
/// once the buffer was allocated at start.
/// </summary>
/// <remarks>
/// <para>Safe from any thread. Allocating and freeing take O(1), two levels of bit maps and a bounded number of looks, and allocate nothing once
/// there is room for as many pieces. Neighbours merge as soon as a piece is freed, unless <see cref="BufferHeapOptions.FrontCaches"/> keep it.</para>
/// <para>All that the heap knows about its pieces lies outside them: a stray write of the device cannot corrupt it. Pieces are not cleared when
/// they are handed out.</para>
/// </remarks>
public sealed partial class BufferHeap : IDisposable, IPieceOwner
{
    private readonly CommonBuffer _buffer;
    private readonly HeapCore _core;
    private readonly DmaObserver? _observer;
    private readonly nint _host;
    private readonly ulong _logical;
    private readonly int _shift;
    private readonly long _deviceBoundary;
    private readonly int _deviceAlignment;
    private readonly bool _frontCaches;
    private Dictionary<uint, string>? _names;
    private BiasedGate _gate;
    private bool _disposed;
    private long _liveBytes;
    private long _peakBytes;
    private int _livePieces;
    private int _peakPieces;
    private long _allocations;
    private long _failures;

    private BufferHeap(CommonBuffer buffer, BufferHeapOptions options)
    {
        _buffer = buffer;
        Name = options.Name;
        Granule = options.Granule;
        _shift = BitOperations.Log2((uint)options.Granule);
        _host = buffer.Host;
        _logical = buffer.LogicalAddress.Value;
        _observer = buffer.Adapter.Function.Platform.Observer;
        DmaConstraints device = buffer.Adapter.Constraints;
        _deviceAlignment = device.ElementAlignment;
        _deviceBoundary = device.Boundary;
        if (_deviceBoundary != 0 && (_logical / (ulong)_deviceBoundary) == (buffer.Range.Last.Value / (ulong)_deviceBoundary)) _deviceBoundary = 0;
        _frontCaches = options.FrontCaches;
        _core = new HeapCore((uint)(buffer.Length >> _shift), _logical >> _shift, options.ExpectedPieces, options.FirstGeneration, _frontCaches ? options.Granule : 0);
        buffer.Lease();
        _line = new HeapLine(this);
        Id = OwnerTable.Heaps.Reserve();
        OwnerTable.Heaps.Set(Id, this);
    }

    /// <summary>The adapter that the memory was allocated from.</summary>
    public DmaAdapter Adapter => _buffer.Adapter;

    /// <summary>The common buffer that the pieces lie in.</summary>
    public CommonBuffer Buffer => _buffer;

    /// <summary>The heap's name in messages, snapshots and pictures.</summary>
    public string Name { get; }

    /// <summary>The length of the heap in bytes.</summary>
    public long Capacity => (long)_core.Length << _shift;

    /// <summary>What every piece's address and the memory that it takes are multiples of, in bytes.</summary>
    public int Granule { get; }

    /// <summary>The number that handles carry.</summary>
    internal uint Id { get; }

    internal bool IsDisposed => _disposed;

    /// <summary>The figures of this moment.</summary>
    public BufferHeapStatistics Statistics
    {
        get
        {
            _gate.Enter();
            BufferHeapStatistics figures = FiguresLocked();
            _gate.Leave();
            return figures;
        }
    }

    /// <summary>Makes a heap of the length that was asked for, or fails.</summary>
    /// <param name="adapter">Whose memory it is.</param>
    /// <param name="length">The length in bytes; rounded up to granules. Less than 2^32 granules.</param>
    /// <param name="options">Granule and name, or null.</param>
    /// <exception cref="DmaResourceException">There is no such run of memory; a heap lies in one common buffer.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context: a heap allocates a common buffer.</exception>
    public static BufferHeap Create(DmaAdapter adapter, long length, BufferHeapOptions? options = null) => AllocateUpTo(adapter, length, length, options);

    /// <summary>Makes the longest heap that can be had between two lengths, so that a driver scales down instead of failing to start.</summary>
    /// <param name="adapter">Whose memory it is.</param>
    /// <param name="preferred">The length in bytes that is asked for first.</param>
    /// <param name="minimum">The length in bytes below which it is not worth having.</param>
    /// <param name="options">Granule and name, or null.</param>
    /// <exception cref="DmaResourceException">Not even <paramref name="minimum"/> bytes can be had in one run.</exception>
    /// <inheritdoc cref="Create"/>
    public static BufferHeap AllocateUpTo(DmaAdapter adapter, long preferred, long minimum, BufferHeapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        CallbackContext.Forbid("Creation of a buffer heap", "make it when the driver starts; TryAllocate and Free are legal in a handler");
        options ??= new BufferHeapOptions();
        long most = (long)uint.MaxValue * options.Granule;
        if (minimum < 1 || minimum > preferred) throw new ArgumentOutOfRangeException(nameof(minimum), minimum, $"The minimum is {minimum} bytes; legal: 1 to the preferred {preferred}.");
        if (preferred > most) throw new ArgumentOutOfRangeException(nameof(preferred), preferred, $"A heap of {preferred} bytes; legal with a granule of {options.Granule}: 1 to {most}.");
        long Round(long length) => (length + options.Granule - 1) & -(long)options.Granule;
        var wish = new CommonBufferOptions { Name = options.Name, Alignment = Math.Max(options.Alignment, options.Granule) };
        CommonBuffer buffer = adapter.AllocateCommonBufferUpTo(Round(preferred), Round(minimum), wish);
        return new BufferHeap(buffer, options);
    }

    /// <summary>
    /// Ends the heap. Pieces that are still out are reported as misuse, their handles find no heap any more, and the heap's memory goes into
    /// quarantine. Never throws.
    /// </summary>
    public void Dispose()
    {
        _gate.Enter();
        bool first = !_disposed;
        _disposed = true;
        int live = _livePieces;
        _gate.Leave();
        if (!first) return;
        OwnerTable.Heaps.Remove(Id);
        while (_line.TryTurnAway(out Waiter? waiter))
            Adapter.Domain.Waits.TurnAway(waiter, new ObjectDisposedException(Name, $"Heap '{Name}' was disposed while somebody waited for a piece."));
        if (live > 0)
        {
            Adapter.Function.Platform.Misuse.Report(new MisuseReport(
                "heap-disposed-while-pieces-out",
                $"{live} pieces of {_liveBytes} bytes were not freed. Free them first; the heap's memory is in quarantine.",
                Name));
        }
        else
        {
            _buffer.Unlease();
        }

        _buffer.Dispose(leaseReport: false);
    }

    long IPieceOwner.TakenBy(long length) => (length + Granule - 1) & -(long)Granule;

    internal LogicalAddress LogicalOf(in HeapPiece piece) => new(_logical + (ulong)OffsetOf(piece));

    internal nint HostOf(in HeapPiece piece, long offset, int length)
    {
        long start = OffsetOf(piece);
        if ((ulong)offset > (ulong)piece.Length || length < 0 || piece.Length - offset < length) HeapMisuse.ThrowOutside(this, piece, offset, length);
        return _host + (nint)(start + offset);
    }

    internal Memory<byte> MemoryOf(in HeapPiece piece, int length) => _buffer.Memory(OffsetOf(piece), length);

    /// <summary>The handle must be current, and the memory still the adapter's: it goes when the adapter is closed.</summary>
    private long OffsetOf(in HeapPiece piece)
    {
        if (!_core.TryRead(piece.Node, piece.Generation, out uint offset)) HeapMisuse.ThrowStale(this, piece, HeapMisuse.Used);
        ObjectDisposedException.ThrowIf(_buffer.IsDisposed, this);
        return (long)offset << _shift;
    }

    private BufferHeapStatistics FiguresLocked() => new()
    {
        Capacity = Capacity,
        LiveBytes = _liveBytes,
        FreeBytes = (long)(_core.FreeGranules + _core.KeptGranules) << _shift,
        PeakBytes = _peakBytes,
        LivePieces = _livePieces,
        PeakPieces = _peakPieces,
        Allocations = _allocations,
        Frees = _allocations - _livePieces,
        Failures = _failures,
        LargestFreeRun = (long)_core.LargestRun() << _shift,
        FreeRuns = _core.FreeRuns + _core.Kept,
        KeptPieces = _core.Kept,
        RetiredNodes = _core.Retired,
    };
}
