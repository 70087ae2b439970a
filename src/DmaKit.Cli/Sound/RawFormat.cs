using System.Globalization;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>What bare samples look like, as it is typed: <c>s16,44100,2</c>.</summary>
internal static class RawFormat
{
    /// <summary>What a text may look like, for messages.</summary>
    internal const string Legal = "SAMPLES,RATE,CHANNELS with samples u8, s16, s24, s32, f32 or f64, such as s16,44100,2";

    /// <summary>What is taken when nothing is said.</summary>
    internal static WavFormat Standard { get; } = new(WavEncoding.Pcm, 16, 2, 44_100);

    /// <summary>Reads a format.</summary>
    internal static WavFormat? Parse(string text)
    {
        string[] parts = text.Split(',');
        (WavEncoding Encoding, int Bits)? samples = parts[0] switch
        {
            "u8" => (WavEncoding.Pcm, 8),
            "s16" => (WavEncoding.Pcm, 16),
            "s24" => (WavEncoding.Pcm, 24),
            "s32" => (WavEncoding.Pcm, 32),
            "f32" => (WavEncoding.Float, 32),
            "f64" => (WavEncoding.Float, 64),
            _ => null,
        };
        if (parts.Length != 3 || samples is not { } known) return null;
        bool good = int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int rate) & int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int channels);
        return good && rate is >= 1 and <= 1_000_000 && channels is >= 1 and <= 64 ? new WavFormat(known.Encoding, known.Bits, channels, rate) : null;
    }
}
