namespace DmaKit.Verification;

/// <summary>What is known of a mapping that is alive.</summary>
internal sealed record MappingRecord(DmaAdapter Adapter, CallSite Origin, DmaElement[] Elements, long Length, DmaDirection Direction)
{
    /// <summary>The handle: the first one, then that of whoever ends it.</summary>
    public DmaMapping Mapping { get; set; }

    /// <summary>Whether every byte goes through a copy, so that the program's memory is nobody's but the program's, and is to be left alone.</summary>
    public required bool IsCopied { get; init; }

    /// <summary>The program's bytes as they were when it was mapped; null when they are not compared.</summary>
    public byte[]? Before { get; set; }

    public string Device => Adapter.Function.Info.Address;
}
