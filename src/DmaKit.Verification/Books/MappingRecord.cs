namespace DmaKit.Verification;

/// <summary>What is known of a mapping that is alive.</summary>
internal sealed record MappingRecord(DmaAdapter Adapter, CallSite Origin, DmaElement[] Elements, long Length, DmaDirection Direction)
{
    /// <summary>The handle: the first one, then that of whoever ends it.</summary>
    public DmaMapping Mapping { get; set; }

    /// <summary>What tells it from others, whoever has the handle.</summary>
    public required object Identity { get; init; }

    /// <summary>Whether every byte goes through a copy, so that the program's memory is nobody's but the program's, and is to be left alone.</summary>
    public required bool IsCopied { get; init; }

    /// <summary>The program's bytes as they were when it was mapped; null when they are not compared.</summary>
    public byte[]? Before { get; set; }

    /// <summary>What the program had in memory that a device fills, and how much of it stands under a pattern; null when none does.</summary>
    public byte[]? Hidden { get; set; }

    /// <summary>The live mapping that had bytes of the same memory when this one was made, where a device fills them; or null.</summary>
    public MappingRecord? SharedWith { get; set; }

    /// <summary>Whether another mapping has or had bytes of the same memory: what stands there is then nobody's word.</summary>
    public bool IsShared { get; set; }

    /// <summary>The register write that told the device of it, if one did.</summary>
    public string? ToldBy { get; set; }

    /// <summary>Whether its device was known to be quiet since it was told.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Whether the device may write the program's memory.</summary>
    public bool IsFromDevice => Direction != DmaDirection.ToDevice;

    /// <summary>The element that starts where a register's value points; -1 for none.</summary>
    public int ElementAt(DoorbellRecord doorbell)
    {
        for (int i = 0; i < Elements.Length; i++)
            if (doorbell.Into(new LogicalRange(Elements[i].Address, Elements[i].Length)) == 0) return i;
        return -1;
    }

    public string Device => Adapter.Function.Info.Address;
}
