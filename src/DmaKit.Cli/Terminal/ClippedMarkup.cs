using System.Text;

namespace DmaKit.Cli;

/// <summary>Lines of markup that fit a terminal.</summary>
internal static class ClippedMarkup
{
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
