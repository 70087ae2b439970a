using System.Buffers;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// A request's data as a list of separate buffers, in any mix: system buffers, managed memory, pieces of common buffers, and memory that can
/// only be read. To the device it is one transfer: the bytes of the first, then those of the next.
/// </summary>
/// <remarks>
/// A handle of a pooled list: copies of it are the same chain, and use after disposal is caught. It is filled from one thread at a time. While a
/// mapping of it lives nothing is added or removed; disposing it is legal, the list then goes back to the pool when the mapping ends.
/// Renting, filling and mapping allocate nothing once chains of that size were used before.
/// </remarks>
public readonly struct BufferChain : IDisposable
{
    private readonly ChainCore? _core;
    private readonly long _generation;

    private BufferChain(ChainCore core)
    {
        _core = core;
        _generation = core.Generation;
    }

    /// <summary>How many bytes there are.</summary>
    /// <exception cref="DmaMisuseException">The chain was disposed, or never rented.</exception>
    public long Length => Core.Length;

    /// <summary>How many fragments there are. Empty ones are not kept.</summary>
    /// <exception cref="DmaMisuseException">The chain was disposed, or never rented.</exception>
    public int Count => Core.Count;

    /// <summary>Whether some of it can only be read, so that the chain can only be mapped to the device.</summary>
    /// <exception cref="DmaMisuseException">The chain was disposed, or never rented.</exception>
    public bool IsReadOnly => Core.FirstReadOnly >= 0;

    /// <summary>Takes an empty chain from the process-wide pool. Dispose it when the data is mapped, or done with.</summary>
    public static BufferChain Rent() => new(ChainCore.Rent());

    /// <summary>Adds memory that the device may read and write.</summary>
    /// <param name="memory">Managed memory, or a window of a system buffer, a common buffer, a block or a heap piece; those are mapped where they lie if the device reaches them.</param>
    /// <exception cref="DmaMisuseException">The chain was disposed, or is mapped.</exception>
    public void Add(Memory<byte> memory)
    {
        if (!memory.IsEmpty) Core.Add(FragmentMemory.Of(memory), readOnly: false);
    }

    /// <summary>Adds memory that the device may only read.</summary>
    /// <param name="memory">The bytes.</param>
    /// <exception cref="DmaMisuseException">The chain was disposed, or is mapped.</exception>
    public void Add(ReadOnlyMemory<byte> memory)
    {
        if (!memory.IsEmpty) Core.Add(FragmentMemory.Of(memory), readOnly: true);
    }

    /// <summary>Adds the segments of a sequence, which the device may only read.</summary>
    /// <param name="sequence">The bytes, such as those of a pipe.</param>
    /// <exception cref="DmaMisuseException">The chain was disposed, or is mapped.</exception>
    public void Add(in ReadOnlySequence<byte> sequence)
    {
        foreach (ReadOnlyMemory<byte> segment in sequence) Add(segment);
    }

    /// <summary>Adds a window of a system buffer, which may be longer than a <see cref="Memory{T}"/> can be.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="length">The length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window does not lie in the buffer.</exception>
    /// <exception cref="DmaMisuseException">The chain was disposed, or is mapped.</exception>
    public void Add(SystemBuffer buffer, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        CheckWindow(offset, length, buffer.Length);
        Core.Add(new Fragment(buffer, buffer.HostAddress + (nint)offset, length, FragmentKind.Native), readOnly: false);
    }

    /// <summary>Adds a window of a common buffer, which may be longer than a <see cref="Memory{T}"/> can be.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="length">The length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window does not lie in the buffer.</exception>
    /// <exception cref="DmaMisuseException">The chain was disposed, or is mapped.</exception>
    public void Add(CommonBuffer buffer, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        CheckWindow(offset, length, buffer.Length);
        Core.Add(new Fragment(buffer, buffer.Host + (nint)offset, length, FragmentKind.Native), readOnly: false);
    }

    /// <summary>Adds a piece of a common buffer.</summary>
    /// <param name="piece">The piece; its buffer must live as long as the chain is used.</param>
    /// <exception cref="DmaMisuseException">The chain was disposed, or is mapped.</exception>
    public void Add(CommonBufferPiece piece) => Add(piece.Buffer, piece.Offset, piece.Length);

    /// <summary>A part of the chain, to be mapped by itself.</summary>
    /// <param name="offset">Where it starts, in bytes from the start of the chain.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not lie in the chain.</exception>
    /// <exception cref="DmaMisuseException">The chain was disposed, or never rented.</exception>
    public ChainRange Range(long offset, long length)
    {
        CheckWindow(offset, length, Core.Length);
        return new ChainRange(this, offset, length);
    }

    /// <summary>What follows the first bytes, to be mapped when they are done.</summary>
    /// <param name="offset">How many bytes are left out.</param>
    /// <inheritdoc cref="Range(long, long)"/>
    public ChainRange Range(long offset)
    {
        long length = Core.Length;
        CheckWindow(offset, 0, length);
        return new ChainRange(this, offset, length - offset);
    }

    /// <summary>Copies all bytes, in order.</summary>
    /// <param name="destination">Where they go: at least <see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">There is no room for them.</exception>
    /// <exception cref="DmaMisuseException">The chain was disposed, or never rented.</exception>
    public void CopyTo(Span<byte> destination)
    {
        ChainCore core = Core;
        if (destination.Length < core.Length) throw new ArgumentException($"{core.Length} bytes do not fit into {destination.Length}.", nameof(destination));
        if (core.Length > 0) FragmentMemory.Gather(core.Fragments, destination[..(int)core.Length]);
    }

    /// <summary>Takes all fragments out, so that the chain can be filled again.</summary>
    /// <exception cref="DmaMisuseException">The chain was disposed, or is mapped.</exception>
    public void Clear() => Core.Clear();

    /// <summary>Gives the chain back to the pool: at once, or when the mappings of it have ended. A second call does nothing.</summary>
    public void Dispose() => _core?.Dispose(_generation);

    internal ChainCore Core => _core is not null && _core.Generation == _generation
        ? _core
        : throw new DmaMisuseException("The buffer chain was disposed or never rented: take one with BufferChain.Rent().");

    private static void CheckWindow(long offset, long length, long whole)
    {
        if ((ulong)offset > (ulong)whole || length < 0 || whole - offset < length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes at offset {offset} of {whole} bytes; legal: a window that lies in them.");
    }
}
