namespace DmaKit;

/// <summary>How a sample stands in memory. Little-endian.</summary>
public enum SampleFormat
{
    /// <summary>8 bits, unsigned: silence is 0x80.</summary>
    UInt8,

    /// <summary>16 bits, signed.</summary>
    Int16,

    /// <summary>24 bits, signed, in three bytes.</summary>
    Int24,

    /// <summary>32 bits, signed.</summary>
    Int32,

    /// <summary>32 bits of floating point; full scale is 1.</summary>
    Float32,

    /// <summary>64 bits of floating point; full scale is 1.</summary>
    Float64,
}
