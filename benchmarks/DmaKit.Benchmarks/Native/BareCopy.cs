using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>What copying costs at the least: fragments of a list gathered into one block by memcpy, without anything around it.</summary>
internal sealed unsafe class BareCopy : IDisposable
{
    private readonly byte* _block;

    // SAFETY: memory of its own, freed once, in Dispose.
    public BareCopy(long length) => _block = (byte*)NativeMemory.AlignedAlloc((nuint)length, 4096);

    /// <summary>Copies fragments into the block.</summary>
    // SAFETY: the caller's memory holds the fragments; the block was allocated for all of them; one thread.
    public void Gather(ReadOnlySpan<(nint Start, nint Length)> fragments)
    {
        byte* to = _block;
        foreach ((nint start, nint length) in fragments)
        {
            NativeMemory.Copy((void*)start, to, (nuint)length);
            to += length;
        }
    }

    /// <inheritdoc/>
    // SAFETY: nobody copies any more.
    public void Dispose() => NativeMemory.AlignedFree(_block);
}
