using System.Globalization;

namespace DmaKit.Cli;

/// <summary>A source as it is typed: <c>A.wav</c>, <c>B.wav@1.5s,gain=-6dB,fade=20ms</c>.</summary>
/// <param name="Path">The file, or <c>-</c>.</param>
/// <param name="Start">When it begins.</param>
/// <param name="Gain">What its samples are multiplied with.</param>
/// <param name="Fade">How long it swells at its beginning, and dies away at its end.</param>
internal sealed record SoundSpec(string Path, TimeSpan Start, float Gain, TimeSpan Fade)
{
    /// <summary>What a text may look like, for messages.</summary>
    internal const string Legal = "FILE, FILE@1.5s, FILE@1.5s,gain=-6dB,fade=20ms";

    private const double MostGain = StreamComposer.MaximumGain;

    /// <summary>Reads a source. A file that has the whole text as its name is that file.</summary>
    /// <returns>False, and what is wrong.</returns>
    internal static bool TryParse(string text, out SoundSpec spec, out string error)
    {
        spec = new SoundSpec(text, TimeSpan.Zero, 1, TimeSpan.Zero);
        error = "";
        if (text.Length == 0) error = "a source is empty; give the name of a file";
        else if (!File.Exists(text)) error = Split(text, ref spec);
        return error.Length == 0;
    }

    private static string Split(string text, ref SoundSpec spec)
    {
        string rest = text;
        while (rest.LastIndexOf(',') is var comma and > 0 && rest[(comma + 1)..] is var option && option.Split('=') is [("gain" or "fade") and var name, var value])
        {
            rest = rest[..comma];
            if (name == "fade")
            {
                if (!TimeText.TryParse(value, out TimeSpan fade) || fade > TimeSpan.FromHours(1)) return $"fade={value} of '{text}'; legal: a number with us, ms or s, one hour at most";
                spec = spec with { Fade = fade };
            }
            else if (TryGain(value, out float gain)) spec = spec with { Gain = gain };
            else return $"gain={value} of '{text}'; legal: such as -6dB, or a factor from 0 to {MostGain}";
        }

        if (rest.LastIndexOf('@') is var at and > 0)
        {
            string when = rest[(at + 1)..];
            if (TimeText.TryParse(when, out TimeSpan start)) (rest, spec) = (rest[..at], spec with { Start = start });
            else if (!File.Exists(rest)) return $"'{when}' of '{text}' is no time; legal: {Legal}";
        }

        spec = spec with { Path = rest };
        return "";
    }

    private static bool TryGain(string text, out float gain)
    {
        gain = 0;
        bool decibels = text.EndsWith("dB", StringComparison.OrdinalIgnoreCase);
        string number = decibels ? text[..^2] : text;
        if (!double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)) return false;
        double factor = decibels ? Math.Pow(10, value / 20) : value;
        gain = (float)factor;
        return gain is >= 0 and <= (float)MostGain;
    }
}
