using System.Globalization;
using System.Text;

namespace DmaKit.Cli;

/// <summary>Paths as they are shown: quoted, and without characters that would disturb a terminal.</summary>
internal static class PathText
{
    /// <summary>The path between quotes, control characters as escapes.</summary>
    internal static string Show(string path)
    {
        var text = new StringBuilder(path.Length + 2).Append('\'');
        foreach (char c in path)
        {
            if (char.IsControl(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }

        return text.Append('\'').ToString();
    }
}
