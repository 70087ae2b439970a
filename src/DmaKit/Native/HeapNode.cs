using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>A run of a heap, free or in use: 32 bytes beside the memory that it speaks of, never inside.</summary>
/// <remarks>Lengths and offsets are in granules. Node 0 is nobody, so that 0 ends every list.</remarks>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct HeapNode
{
    /// <summary>Set in <see cref="Flags"/> of a free run; the low bits are then its bin.</summary>
    internal const uint Free = 1u << 31;

    /// <summary>Set in <see cref="Flags"/> of a piece that has a name.</summary>
    internal const uint Named = 1u << 30;

    /// <summary>Set in <see cref="Flags"/> of a piece that was freed and rests in a front cache.</summary>
    internal const uint Kept = 1u << 29;

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

    /// <summary>What a handle must carry. Goes up when a piece is freed; 0 when it has wrapped: the node serves no piece any more.</summary>
    internal uint Generation;

    internal uint Flags;
}
