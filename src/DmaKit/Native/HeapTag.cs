using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>What is asked of a run of a heap most often: whether a handle is good, and what the run is.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct HeapTag
{
    /// <summary>Set in <see cref="Flags"/> of a free run; the low bits are then its bin.</summary>
    internal const uint Free = 1u << 31;

    /// <summary>Set in <see cref="Flags"/> of a piece that has a name.</summary>
    internal const uint Named = 1u << 30;

    /// <summary>Set in <see cref="Flags"/> of a piece that was freed and rests in a front cache, while somebody looks at all runs.</summary>
    internal const uint Kept = 1u << 29;

    /// <summary>In <see cref="Flags"/> of a piece: which front cache takes it when it is freed; 0 for none.</summary>
    internal const uint List = (1u << 16) - 1;

    /// <summary>What a handle must carry. Goes up when a piece is freed; 0 when it has wrapped: the node serves no piece any more.</summary>
    internal uint Generation;

    internal uint Flags;
}
