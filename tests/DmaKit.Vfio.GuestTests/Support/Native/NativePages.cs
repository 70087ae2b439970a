using System.Buffers;
using System.Runtime.InteropServices;

namespace DmaKit.Vfio.GuestTests;

/// <summary>Pages of this process that are no platform's: what a program has that maps files, or has a library of its own for memory.</summary>
internal sealed unsafe class NativePages : MemoryManager<byte>
{
    internal const int PageBytes = 4096;

    private readonly int _length;
    private void* _start;

    internal NativePages(int pages)
    {
        _length = pages * PageBytes;

        // SAFETY: owned by this object until its disposal.
        _start = NativeMemory.AlignedAlloc((nuint)_length, PageBytes);
        NativeMemory.Clear(_start, (nuint)_length);
    }

    /// <summary>How many times it is pinned now.</summary>
    internal int Pins { get; private set; }

    // SAFETY: exactly what was allocated; mapped until disposal, which the test does last.
    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        Pins++;

        // SAFETY: native memory does not move.
        return new MemoryHandle((byte*)_start + elementIndex, pinnable: this);
    }

    public override void Unpin() => Pins--;

    protected override void Dispose(bool disposing)
    {
        // SAFETY: nobody has a mapping of it any more; freed once.
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
