using DmaKit.Native;

namespace DmaKit;

/// <summary>A piece of a <see cref="BufferHeap"/>: memory of the asked length that driver and device share, held until it is freed.</summary>
/// <remarks>
/// A handle of 24 bytes without references: copies are the same piece, and it may be kept anywhere. Every use checks the handle, so that a
/// piece that was freed cannot be used, or freed again, through any copy of it. Memory that was taken as a span or a reference before
/// cannot be revoked. Safe from any thread as the heap is; who shares a piece orders its accesses.
/// </remarks>
public readonly struct HeapPiece : IDisposable, IEquatable<HeapPiece>
{
    internal HeapPiece(uint node, uint generation, uint heapId, long length)
    {
        Node = node;
        Generation = generation;
        HeapId = heapId;
        Length = length;
    }

    internal uint Node { get; }

    internal uint Generation { get; }

    internal uint HeapId { get; }

    /// <summary>The length in bytes, as asked for; 0 for a default piece.</summary>
    public long Length { get; }

    /// <summary>Where the piece is to the device.</summary>
    /// <exception cref="DmaMisuseException">The piece was freed already.</exception>
    public LogicalAddress LogicalAddress => Heap.LogicalOf(this);

    /// <summary>Where the piece is to the device, with its length.</summary>
    /// <exception cref="DmaMisuseException">The piece was freed already.</exception>
    public LogicalRange Range => new(LogicalAddress, Length);

    /// <summary>The piece's bytes, of which there are less than 2 GiB.</summary>
    /// <exception cref="DmaMisuseException">The piece was freed already.</exception>
    /// <exception cref="OverflowException">The piece has 2 GiB or more: use <see cref="Window"/>.</exception>
    public Span<byte> Span => Window(0, checked((int)Length));

    /// <summary>The piece's bytes, for asynchronous methods.</summary>
    /// <inheritdoc cref="Span"/>
    public Memory<byte> Memory => Heap.MemoryOf(this, checked((int)Length));

    private BufferHeap Heap
    {
        get
        {
            BufferHeap? heap = OwnerTable.Heaps.Find<BufferHeap>(HeapId);
            if (heap is null || heap.Id != HeapId) HeapMisuse.ThrowNoHeap(this);
            return heap;
        }
    }

    /// <summary>A part of the piece.</summary>
    /// <param name="offset">Where it starts, in bytes from the start of the piece.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It would not lie within the piece.</exception>
    /// <exception cref="DmaMisuseException">The piece was freed already.</exception>
    public Span<byte> Window(long offset, int length) => HostMemory.Span(Heap.HostOf(this, offset, length), length);

    /// <summary>Reads a value once, in the machine's byte order.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="offset">Where it starts, in bytes from the start of the piece.</param>
    /// <inheritdoc cref="Window"/>
    public T Read<T>(long offset) where T : unmanaged => HostMemory.ReadOnce<T>(Heap.HostOf(this, offset, SizeOf<T>.Bytes));

    /// <summary>Writes a value in the machine's byte order.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="offset">Where it starts, in bytes from the start of the piece.</param>
    /// <param name="value">The value.</param>
    /// <inheritdoc cref="Window"/>
    public void Write<T>(long offset, in T value) where T : unmanaged => HostMemory.WriteOnce(Heap.HostOf(this, offset, SizeOf<T>.Bytes), value);

    /// <summary>A reference into the piece. It is not checked again when it is used.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="offset">Where it starts, in bytes from the start of the piece.</param>
    /// <inheritdoc cref="Window"/>
    public ref T Ref<T>(long offset) where T : unmanaged => ref HostMemory.Ref<T>(Heap.HostOf(this, offset, SizeOf<T>.Bytes));

    /// <summary>Frees the piece. Never throws: a piece that was freed already becomes a misuse report.</summary>
    public void Dispose()
    {
        BufferHeap? heap = OwnerTable.Heaps.Find<BufferHeap>(HeapId);
        // Without its heap there is nobody left to report to: the heap's disposal has reported that pieces were out.
        if (heap is not null && heap.Id == HeapId) heap.FreeQuietly(this);
    }

    /// <summary>Whether both are handles of the same piece.</summary>
    public bool Equals(HeapPiece other) => Node == other.Node && Generation == other.Generation && HeapId == other.HeapId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HeapPiece other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Node, Generation, HeapId);

    /// <summary>Whether both are handles of the same piece.</summary>
    public static bool operator ==(HeapPiece left, HeapPiece right) => left.Equals(right);

    /// <summary>Whether the handles differ.</summary>
    public static bool operator !=(HeapPiece left, HeapPiece right) => !left.Equals(right);

    /// <summary>The piece for people: heap and number.</summary>
    public override string ToString() =>
        OwnerTable.Heaps.Find<BufferHeap>(HeapId) is { } heap && heap.Id == HeapId ? $"{heap.Name}#{Node}" : "no piece";
}
