namespace DmaKit.Verification;

/// <summary>The bytes that stand where nobody may write.</summary>
internal static class Pattern
{
    /// <summary>Around a buffer.</summary>
    public const byte Guard = 0xFD;

    /// <summary>In memory that was given back.</summary>
    public const byte Freed = 0xDD;

    /// <summary>In data that a device is to fill, while it does.</summary>
    public const byte Mapped = 0xCD;

    /// <summary>The first byte that is not the pattern's, or -1.</summary>
    public static int FirstOther(ReadOnlySpan<byte> bytes, byte pattern) => bytes.IndexOfAnyExcept(pattern);

    /// <summary>How many bytes are not the pattern's.</summary>
    public static int CountOther(ReadOnlySpan<byte> bytes, byte pattern) => bytes.Length - bytes.Count(pattern);
}
