using System.Runtime.CompilerServices;

namespace DmaKit;

/// <summary>One stretch of a planned mapping: mapped where it lies, copied through registers, or copied into a block.</summary>
/// <remarks>Filled in where it stays: built elsewhere and copied, it would be loaded before its stores are done, which stalls the processor.</remarks>
internal struct PlanSegment
{
    /// <summary>Where it starts, in bytes from the start of the request.</summary>
    public long Offset { get; private set; }

    /// <summary>Its length in bytes.</summary>
    public long Length { get; set; }

    /// <summary>Why it is copied; <see cref="CopyReasons.None"/> when the device takes it where it lies.</summary>
    public CopyReasons Why { get; private set; }

    /// <summary>Where it is to the device, if it takes it where it lies.</summary>
    public LogicalAddress Address { get; private set; }

    /// <summary>Which block it is copied into; -1 for none.</summary>
    public int Block { get; private set; }

    /// <summary>Where in the block, in bytes.</summary>
    public long Place { get; private set; }

    public readonly bool IsBounced => Why != CopyReasons.None && Block < 0;

    public readonly bool IsCoalesced => Block >= 0;

    /// <summary>Becomes a stretch that the device takes where it lies, or that goes through registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(long offset, long length, CopyReasons why, LogicalAddress address) => SetInBlock(offset, length, why, -1, 0, address);

    /// <summary>Becomes a stretch that is copied into a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetInBlock(long offset, long length, CopyReasons why, int block, long place, LogicalAddress address = default)
    {
        Offset = offset;
        Length = length;
        Why = why;
        Address = address;
        Block = block;
        Place = place;
    }
}
