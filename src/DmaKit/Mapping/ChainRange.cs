namespace DmaKit;

/// <summary>A part of a <see cref="BufferChain"/>, or all of it: what is mapped as one transfer.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Offset">Where the part starts, in bytes from the start of the chain.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct ChainRange(BufferChain Chain, long Offset, long Length)
{
    /// <summary>All of a chain, as it is now.</summary>
    /// <exception cref="DmaMisuseException">The chain was disposed, or never rented.</exception>
    public static implicit operator ChainRange(BufferChain chain) => new(chain, 0, chain.Length);

    /// <summary>All of a chain, as it is now: for languages without conversions.</summary>
    /// <exception cref="DmaMisuseException">The chain was disposed, or never rented.</exception>
    public static ChainRange FromBufferChain(BufferChain chain) => chain;
}
