using System.Globalization;

namespace DmaKit.Cli;

/// <summary>Times as people type them: <c>250us</c>, <c>5ms</c>, <c>2s</c>.</summary>
internal static class TimeText
{
    /// <summary>Reads a time; a bare number has no unit and is refused, except 0.</summary>
    internal static bool TryParse(string text, out TimeSpan time)
    {
        (string number, double seconds) = text switch
        {
            _ when text.EndsWith("us", StringComparison.OrdinalIgnoreCase) => (text[..^2], 1e-6),
            _ when text.EndsWith("ms", StringComparison.OrdinalIgnoreCase) => (text[..^2], 1e-3),
            _ when text.EndsWith('s') => (text[..^1], 1),
            "0" => (text, 1),
            _ => ("", 0),
        };
        bool good = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * seconds < 1e9;
        time = good ? TimeSpan.FromSeconds(value * seconds) : TimeSpan.Zero;
        return good;
    }

    /// <summary>A time for people.</summary>
    internal static string Show(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0} us"),
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00} min"),
    };
}
