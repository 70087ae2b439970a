using System.Globalization;
using System.Text;

namespace DmaKit.Qemu;

/// <summary>A line from QEMU in a message for people: short, and without what a terminal would take for commands.</summary>
internal static class ReplyText
{
    private const int Longest = 64;

    /// <summary>The line, what is not ASCII text as <c>\x1b</c>, and cut where it is long.</summary>
    internal static string Show(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder();
        foreach (byte value in line[..Math.Min(line.Length, Longest)])
        {
            if (value is >= 0x20 and < 0x7F) text.Append((char)value);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        if (line.Length > Longest) text.Append(CultureInfo.InvariantCulture, $"... ({line.Length} bytes)");
        return text.ToString();
    }
}
