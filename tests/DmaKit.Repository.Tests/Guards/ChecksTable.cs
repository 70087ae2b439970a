using System.Globalization;

namespace DmaKit.Repository.Tests;

/// <summary>The table of other checkers' checks in <c>docs/verifier/checks.md</c>: a line for each number, with the rules that are it.</summary>
internal static class ChecksTable
{
    public const string Path = "docs/verifier/checks.md";

    /// <summary>The checks of Windows' verifier and of Linux' dma-debug.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
        [.. Enumerable.Range(1, 43).Select(n => string.Create(CultureInfo.InvariantCulture, $"W{n:D2}")), .. Enumerable.Range(1, 25).Select(n => string.Create(CultureInfo.InvariantCulture, $"L{n:D2}"))];

    /// <summary>What is wrong with the table.</summary>
    /// <param name="text">The page.</param>
    /// <param name="checks">The checks of each rule.</param>
    public static IEnumerable<Finding> In(string text, SortedDictionary<string, string[]> checks)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (Cells(lines[i]) is not [var number, _, var rules, var why]) continue;
            string expected = RulesOf(number, checks);
            if (!Numbers.Contains(number) && !checks.ContainsKey(number)) yield return new(Path, i + 1, $"{number} is no number of a check or a rule");
            if (rules != expected && !checks.ContainsKey(number)) yield return new(Path, i + 1, $"{number} names '{rules}'; the rules say '{expected}'");
            if (rules.Length == 0 && why.Length == 0) yield return new(Path, i + 1, $"{number} has no rule and no reason");
        }

        string[] there = [.. lines.Select(Cells).Where(cells => cells.Length == 4).Select(cells => cells[0])];
        foreach (string number in Numbers)
            if (there.Count(n => n == number) != 1) yield return new(Path, 1, $"{number} has {there.Count(n => n == number)} lines; legal: one");
        foreach ((string id, string[] own) in checks)
        {
            if (own.Length == 0 && there.Count(n => n == id) != 1) yield return new(Path, 1, $"{id} is a check of our own, and has {there.Count(n => n == id)} lines; legal: one");
            foreach (string number in own.Where(n => !Numbers.Contains(n))) yield return new(Path, 1, $"{id} names {number}, which there is not");
        }
    }

    /// <summary>The page with the rules that the numbers have now.</summary>
    /// <param name="text">The page.</param>
    /// <param name="checks">The checks of each rule.</param>
    /// <param name="meaning">What a rule of our own means.</param>
    public static string Renewed(string text, SortedDictionary<string, string[]> checks, Func<string, string> meaning)
    {
        var lines = new List<string>();
        foreach (string line in text.Split('\n'))
        {
            if (Cells(line) is not [var number, var what, _, var why]) lines.Add(line);
            else if (Numbers.Contains(number)) lines.Add($"| {number} | {what} | {RulesOf(number, checks)} | {why} |".Replace("|  |", "| |", StringComparison.Ordinal));
        }

        int end = lines.FindLastIndex(line => line.StartsWith("| --- | --- | --- | --- |", StringComparison.Ordinal));
        lines.InsertRange(end + 1, checks.Where(rule => rule.Value.Length == 0).Select(rule => $"| {rule.Key} | {meaning(rule.Key)} | {rule.Key} | |"));
        return string.Join('\n', lines);
    }

    private static string RulesOf(string number, SortedDictionary<string, string[]> checks) =>
        string.Join(", ", checks.Where(rule => rule.Value.Contains(number)).Select(rule => rule.Key));

    /// <summary>The cells of a line of the table; none for its head and for other text.</summary>
    private static string[] Cells(string line)
    {
        if (!line.StartsWith("| ", StringComparison.Ordinal) || line.StartsWith("| --- ", StringComparison.Ordinal) || line.StartsWith("| number ", StringComparison.Ordinal)) return [];
        return [.. line.TrimEnd().Trim('|').Split('|').Select(cell => cell.Trim())];
    }
}
