using System.Text;
using Spectre.Console;

namespace DmaKit.Cli;

/// <summary>Lines of markup that fit a terminal.</summary>
internal static class FittedMarkup
{
    private const string Gap = "   ";

    /// <summary>Puts parts side by side as long as there is room, and then on the next line: a narrow screen shows all of them, too.</summary>
    /// <param name="width">The most columns of a line.</param>
    /// <param name="parts">What is to be shown.</param>
    /// <param name="name">What stands in front of the first line; the others begin under its end.</param>
    internal static IEnumerable<string> Flow(int width, IEnumerable<string> parts, string name = "")
    {
        string line = name;
        bool begun = false;
        foreach (string part in parts)
        {
            string longer = begun ? line + Gap + part : line + part;
            if (begun && Markup.Remove(longer).Length > width)
            {
                yield return line;
                longer = new string(' ', name.Length) + part;
            }

            (line, begun) = (longer, true);
        }

        yield return line;
    }

    /// <summary>Cuts a line of markup to a width, counting what is seen.</summary>
    internal static string Clip(string markup, int width)
    {
        var line = new StringBuilder();
        int seen = 0;
        int open = 0;
        for (int i = 0; i < markup.Length; i++)
        {
            if (markup[i] == '[')
            {
                int end = markup.IndexOf(']', i);
                open += markup[i + 1] == '/' ? -1 : 1;
                line.Append(markup, i, end - i + 1);
                i = end;
                continue;
            }

            if (seen++ < width) line.Append(markup[i]);
        }

        for (; open > 0; open--) line.Append("[/]");
        return line.ToString();
    }
}
