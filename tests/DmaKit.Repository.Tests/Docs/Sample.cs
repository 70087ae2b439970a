namespace DmaKit.Repository.Tests;

/// <summary>A C# fence of a document. <paramref name="Output"/> is the text of a "text output" fence that follows it.</summary>
internal sealed record Sample(string Path, int Line, string Code, bool Runs, string? Output)
{
    public override string ToString() => $"{Path}:{Line}";

    /// <summary>
    /// The samples of a document. <c>```csharp</c> is compiled, <c>```csharp run</c> is run as well, and <c>```text output</c> after such a one is
    /// exactly what it prints. Other spellings of C# are wrong, so that nothing escapes.
    /// </summary>
    public static IEnumerable<Sample> In(string text, string path)
    {
        (int Line, string Info, string Body)[] fences = [.. Fences(text, path)];
        for (int i = 0; i < fences.Length; i++)
        {
            (int line, string info, string body) = fences[i];
            string? output = i + 1 < fences.Length && fences[i + 1].Info == "text output" ? fences[i + 1].Body : null;
            if (info is "csharp" or "csharp run")
            {
                yield return new(path, line, body, info == "csharp run", output);
            }
            else if (info.StartsWith("cs", StringComparison.OrdinalIgnoreCase) || info.StartsWith("c#", StringComparison.OrdinalIgnoreCase))
            {
                throw new FormatException($"{path}:{line}: '{info}' is none of 'csharp' and 'csharp run', so nobody would compile it");
            }
            else if (info == "text output" && (i == 0 || fences[i - 1].Info != "csharp run"))
            {
                throw new FormatException($"{path}:{line}: an output without a sample that runs before it");
            }
        }
    }

    private static IEnumerable<(int Line, string Info, string Body)> Fences(string text, string path)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string opening = lines[i].Trim();
            if (!opening.StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.FindIndex(lines, i + 1, line => line.Trim() == "```");
            if (end < 0)
            {
                throw new FormatException($"{path}:{i + 1}: a fence that never ends");
            }

            int indent = lines[i].IndexOf('`', StringComparison.Ordinal);
            IEnumerable<string> body = lines[(i + 1)..end].Select(line => line.Length >= indent ? line[indent..] : line);
            yield return (i + 1, opening[3..].Trim(), string.Concat(body.Select(line => line + "\n")));
            i = end;
        }
    }
}
