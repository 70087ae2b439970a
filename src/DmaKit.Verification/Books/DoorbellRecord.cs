using System.Numerics;
using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>A register write, and what lives or lived where its value points, taken as a logical address or the low half of one.</summary>
/// <param name="Function">Whose register.</param>
/// <param name="Bar">The base address register.</param>
/// <param name="Offset">Bytes from its start.</param>
/// <param name="Size">How many bytes were written.</param>
/// <param name="Value">What was written.</param>
internal sealed record DoorbellRecord(PciFunction Function, int Bar, long Offset, int Size, ulong Value)
{
    /// <summary>Whether it can be an address at all: small numbers are counts and flags.</summary>
    public bool MayBeAddress { get; } = Size >= 4 && Value >= 1 << 20;

    /// <summary>Whether it is more likely one than a pattern of a few flags, or of nearly all.</summary>
    public bool IsLikeAddress { get; } = Size >= 4 && Value >= 1 << 20 && BitOperations.PopCount(Value) is >= 3 and var bits && bits <= (Size * 8) - 4;

    /// <summary>The live buffer that the value points into.</summary>
    public BufferRecord? Buffer { get; init; }

    /// <summary>The live mapping that the value points into.</summary>
    public MappingRecord? Mapping { get; init; }

    /// <summary>Whether the value is the very start of that buffer, of an element of that mapping, or of a piece or packet.</summary>
    public bool IsStart { get; init; }

    /// <summary>Whether it points at nothing that lives.</summary>
    public bool IsNobodys => MayBeAddress && Buffer is null && Mapping is null;

    /// <summary>The value as people read registers.</summary>
    public string Text => $"0x{Value:X} to register 0x{Offset:X} of BAR {Bar}";

    /// <summary>How far the value points into a range: 0 to its length; anything else when it does not.</summary>
    public ulong Into(LogicalRange range) => Size == 8 ? Value - range.Start.Value : (uint)Value - range.Start.LowHalf;

    /// <summary>Whether the value points into a range.</summary>
    public bool Hits(LogicalRange range) => Into(range) < (ulong)range.Length;
}
