using DmaKit.Native;

namespace DmaKit;

/// <summary>A block of a <see cref="BlockPool"/>: fixed-size memory that driver and device share, held until it is returned.</summary>
/// <remarks>
/// A handle of 8 bytes without references: copies are the same block, and it may be kept anywhere. Every use checks the handle, so
/// that a block that was returned cannot be used, or returned again, through any copy of it. Memory that was taken as a span or a
/// reference before cannot be revoked. Safe from any thread as the pool is; who shares a block orders its accesses.
/// </remarks>
public readonly struct Block : IDisposable, IEquatable<Block>
{
    internal Block(ulong token) => Token = token;

    /// <summary>The number of its slot in the low half, generation in the high half.</summary>
    internal ulong Token { get; }

    /// <summary>The length in bytes; 0 for a default block, and for one whose pool was disposed.</summary>
    public int Length => Owner?.BlockLength ?? 0;

    /// <summary>Which of its pool's blocks it is.</summary>
    internal uint Index => Owner is { } pool ? pool.IndexOf(this) : (uint)Token;

    internal uint Generation => (uint)(Token >> 32);

    /// <summary>The pool that rented it out, unless that was disposed: also for a block that was returned.</summary>
    internal BlockPool? Owner => SlotDirectory.Find((uint)Token) is { } pool && pool.HasMade(this) ? pool : null;

    /// <summary>Where the block is to the device.</summary>
    /// <exception cref="DmaMisuseException">The block was returned already.</exception>
    public LogicalAddress LogicalAddress => Pool.LogicalOf(this);

    /// <summary>The block's bytes.</summary>
    /// <exception cref="DmaMisuseException">The block was returned already.</exception>
    public Span<byte> Span => Pool.SpanOf(this);

    /// <summary>The block's bytes, for asynchronous methods.</summary>
    /// <exception cref="DmaMisuseException">The block was returned already.</exception>
    public Memory<byte> Memory => Pool.MemoryOf(this);

    private BlockPool Pool
    {
        get
        {
            BlockPool? pool = SlotDirectory.Find((uint)Token);
            if (pool is null) BlockMisuse.ThrowNoPool(this);
            return pool;
        }
    }

    /// <summary>Reads a value once, in the machine's byte order.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="offset">Where it starts, in bytes from the start of the block.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value would not lie within the block.</exception>
    /// <exception cref="DmaMisuseException">The block was returned already.</exception>
    public T Read<T>(int offset) where T : unmanaged => HostMemory.ReadOnce<T>(Pool.HostOf(this, offset, SizeOf<T>.Bytes));

    /// <summary>Writes a value in the machine's byte order.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="offset">Where it starts, in bytes from the start of the block.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value would not lie within the block.</exception>
    /// <exception cref="DmaMisuseException">The block was returned already.</exception>
    public void Write<T>(int offset, in T value) where T : unmanaged =>
        HostMemory.WriteOnce(Pool.HostOf(this, offset, SizeOf<T>.Bytes), value);

    /// <summary>A reference into the block. It is not checked again when it is used.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="offset">Where it starts, in bytes from the start of the block.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value would not lie within the block.</exception>
    /// <exception cref="DmaMisuseException">The block was returned already.</exception>
    public ref T Ref<T>(int offset) where T : unmanaged => ref HostMemory.Ref<T>(Pool.HostOf(this, offset, SizeOf<T>.Bytes));

    /// <summary>Returns the block to its pool. Never throws: a block that was returned already becomes a misuse report.</summary>
    public void Dispose()
    {
        // Without its pool there is nobody left to report to: the pool's disposal has reported that blocks were out.
        Owner?.ReturnQuietly(this);
    }

    /// <summary>Whether both are handles of the same block, taken by the same rent.</summary>
    public bool Equals(Block other) => Token == other.Token;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Block other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Token.GetHashCode();

    /// <summary>Whether both are handles of the same block, taken by the same rent.</summary>
    public static bool operator ==(Block left, Block right) => left.Equals(right);

    /// <summary>Whether the handles differ.</summary>
    public static bool operator !=(Block left, Block right) => !left.Equals(right);

    /// <summary>The block for people: pool, slot and how often it was rented before.</summary>
    public override string ToString() =>
        Owner is { } pool ? $"{pool.Name}[{Index}]" : "no block";
}
