using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>What copying costs at the least: fragments gathered into one block by memcpy, without anything around it.</summary>
internal sealed unsafe class BareCopy : IDisposable
{
    private readonly byte* _block;

    // SAFETY: memory of its own, freed once, in Dispose.
    public BareCopy(long length) => _block = (byte*)NativeMemory.AlignedAlloc((nuint)length, 4096);

    /// <summary>Copies fragments of one length, so far apart, into the block.</summary>
    // SAFETY: the caller's memory holds count fragments; the block was allocated for all of them; one thread.
    public void Gather(nint from, int length, int stride, int count)
    {
        byte* to = _block;
        for (int i = 0; i < count; i++, from += stride, to += length) NativeMemory.Copy((void*)from, to, (nuint)length);
    }

    /// <inheritdoc/>
    // SAFETY: nobody copies any more.
    public void Dispose() => NativeMemory.AlignedFree(_block);
}
