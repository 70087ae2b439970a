namespace DmaKit.Formats;

/// <summary>How a WAV file codes its samples. Little-endian always.</summary>
public enum WavEncoding
{
    /// <summary>Whole numbers: 8 bits unsigned, 16, 24 and 32 bits signed.</summary>
    Pcm,

    /// <summary>IEEE floating point, 32 or 64 bits; full scale is 1.</summary>
    Float,
}
