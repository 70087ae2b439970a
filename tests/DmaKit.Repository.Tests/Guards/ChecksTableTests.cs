namespace DmaKit.Repository.Tests;

public sealed class ChecksTableTests
{
    private const string Accept = "DMAKIT_ACCEPT=1 dotnet test --project tests/DmaKit.Repository.Tests --filter-class \"*ChecksTableTests\"";

    private static readonly SortedDictionary<string, string[]> Some = new(StringComparer.Ordinal) { ["DMK1001"] = ["W16", "W18"], ["DMK1009"] = [] };

    private static string Right => Table(Some);

    [Fact]
    public void Every_check_of_others_is_a_rule_or_has_a_reason()
    {
        SourceFile[] rules = [.. RulePairsTests.Rules];
        SortedDictionary<string, string[]> checks = RulePairs.ChecksOf(rules);
        string text = RepositoryTree.Read(ChecksTable.Path);
        if (PublicApiTests.MayAccept(Environment.GetEnvironmentVariable("DMAKIT_ACCEPT"), Environment.GetEnvironmentVariable("CI")))
        {
            text = ChecksTable.Renewed(text, checks, id => RulePairs.TextOf(rules, id, "Meaning"));
            File.WriteAllText(RepositoryTree.Absolute(ChecksTable.Path), text);
        }

        Finding[] found = [.. ChecksTable.In(text, checks)];
        Assert.True(found.Length == 0, $"{string.Join('\n', found.AsEnumerable())}\n\nWhich rules a number has is renewed by\n{Accept}");
    }

    [Fact]
    public void A_table_with_every_number_is_right() => Assert.Empty(ChecksTable.In(Right, Some));

    [Fact]
    public void A_renewed_table_stays_as_it_is() => Assert.Equal(Right, ChecksTable.Renewed(Right, Some, _ => "Ours."));

    [Fact]
    public void A_renewed_table_learns_of_rules()
    {
        var more = new SortedDictionary<string, string[]>(Some, StringComparer.Ordinal) { ["DMK2002"] = ["L03"], ["DMK3006"] = [] };
        Assert.Empty(ChecksTable.In(ChecksTable.Renewed(Right, more, _ => "Ours."), more));
    }

    [Theory]
    [InlineData("| L03 | what | | why |\n", "", "L03 has 0 lines")]
    [InlineData("| L03 | what | | why |\n", "| L03 | what | | why |\n| L03 | what | | why |\n", "L03 has 2 lines")]
    [InlineData("| L03 | what | | why |\n", "| L03 | what | | |\n", "L03 has no rule and no reason")]
    [InlineData("| L03 | what | | why |\n", "| L03 | what | DMK1001 | |\n", "L03 names 'DMK1001'")]
    [InlineData("| W16 | what | DMK1001 | |\n", "| W16 | what | | why |\n", "the rules say 'DMK1001'")]
    [InlineData("| DMK1009 | Ours. | DMK1009 | |\n", "", "DMK1009 is a check of our own")]
    [InlineData("| DMK1009 |", "| DMK9999 |", "DMK9999 is no number")]
    public void Twin_a_table_with_a_hole_is_caught(string right, string wrong, string what)
    {
        Assert.Contains(right, Right, StringComparison.Ordinal);
        Assert.Contains(ChecksTable.In(Right.Replace(right, wrong, StringComparison.Ordinal), Some), f => f.What.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public void Twin_a_rule_that_names_a_number_that_there_is_not_is_caught()
    {
        var wrong = new SortedDictionary<string, string[]>(Some, StringComparer.Ordinal) { ["DMK2002"] = ["W44"] };
        Assert.Contains("which there is not", Assert.Single(ChecksTable.In(Right, wrong)).What, StringComparison.Ordinal);
    }

    private static string Table(SortedDictionary<string, string[]> checks)
    {
        const string Head = "| number | check | rules | why |\n| --- | --- | --- | --- |\n";
        IEnumerable<string> theirs = ChecksTable.Numbers.Select(n => checks["DMK1001"].Contains(n) ? $"| {n} | what | DMK1001 | |\n" : $"| {n} | what | | why |\n");
        return $"# Checks\n\n{Head}{string.Concat(theirs)}\n## Ours\n\n{Head}| DMK1009 | Ours. | DMK1009 | |\n";
    }
}
