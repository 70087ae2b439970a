using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>A run of a heap, free or in use: 32 bytes beside the memory that it speaks of, never inside.</summary>
/// <remarks>Lengths and offsets are in granules. Node 0 is nobody, so that 0 ends every list.</remarks>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct HeapNode
{
    internal uint Offset;
    internal uint Length;

    /// <summary>The run that ends where this one starts.</summary>
    internal uint Before;

    /// <summary>The run that starts where this one ends.</summary>
    internal uint After;

    /// <summary>The previous free run of the bin.</summary>
    internal uint PreviousFree;

    /// <summary>The next free run of the bin, or the next node that is not used at all.</summary>
    internal uint NextFree;

    /// <summary>The run's tag, unless the heap keeps tags apart: see <see cref="HeapNodeTable"/>.</summary>
    internal HeapTag Tag;
}
