using System.Globalization;

namespace DmaKit.Cli;

/// <summary>
/// Sizes as people type them: <c>4096</c>, <c>64KiB</c>, <c>512MiB</c>, <c>2G</c>. K, M, G and T, alone or with iB, are powers of 1,024;
/// kB, MB, GB and TB are powers of 1,000.
/// </summary>
internal static class SizeText
{
    private static readonly (string Suffix, long Factor)[] Suffixes =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("B", 1),
    ];

    /// <summary>What a text may look like, for messages.</summary>
    internal const string Legal = "a whole number of bytes, or one with KiB, MiB, GiB or TiB";

    /// <summary>Reads a size.</summary>
    internal static bool TryParse(string text, out long bytes)
    {
        (string number, long factor) = Split(text.Trim());
        if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count <= long.MaxValue / factor)
        {
            bytes = count * factor;
            return true;
        }

        bytes = 0;
        return false;
    }

    /// <summary>A size for people: <c>256 MiB</c>, <c>1.5 GiB</c>, <c>513 bytes</c>.</summary>
    internal static string Show(long bytes)
    {
        if (bytes == 1) return "1 byte";
        if (bytes < 1024) return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < 3)
        {
            value /= 1024;
            unit++;
        }

        string name = unit switch { 0 => "KiB", 1 => "MiB", 2 => "GiB", _ => "TiB" };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {name}");
    }

    /// <summary>An exact count for people: <c>268,435,456</c>.</summary>
    internal static string Exact(long bytes) => bytes.ToString("#,0", CultureInfo.InvariantCulture);

    private static (string Number, long Factor) Split(string text)
    {
        foreach ((string suffix, long factor) in Suffixes)
        {
            bool fits = suffix is "kB"
                ? text.EndsWith("kB", StringComparison.Ordinal) || text.EndsWith("KB", StringComparison.Ordinal)
                : text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase);
            if (fits) return (text[..^suffix.Length].TrimEnd(), factor);
        }

        return (text, 1);
    }
}
