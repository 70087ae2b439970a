namespace DmaKit.Repository.Tests;

public sealed class RulePairsTests
{
    private const string Rule = "class Dmk1001Overrun : VerifierRule { public override string Id => \"DMK1001\"; public override IReadOnlyList<string> Checks => [\"W16\"]; }";

    private const string Test = """
        public class Dmk1001 : RuleTest
        {
            protected override string Id => "DMK1001";
            private protected override Task Buggy(RuleBench bench) { Write(1096); return Task.CompletedTask; }
            private protected override Task Clean(RuleBench bench) { Write(1000); return Task.CompletedTask; }
        }
        """;

    internal static IEnumerable<SourceFile> Rules => RepositoryTree.Sources("src/DmaKit.Verification/Rules");

    private static IEnumerable<SourceFile> Tests => RepositoryTree.Sources("tests/DmaKit.Verification.Tests/Rules");

    [Fact]
    public void Every_rule_has_two_drivers_that_are_nearly_the_same() => Finding.None(RulePairs.InAll(Rules, Tests));

    [Fact]
    public void Every_rule_is_in_the_list_once_and_in_order()
    {
        string list = RepositoryTree.Files.Single(path => path.EndsWith("/VerifierRules.cs", StringComparison.Ordinal));
        Finding.None(RulePairs.InList(new SourceFile(list, RepositoryTree.Read(list)), Rules));
    }

    [Fact]
    public void A_rule_with_its_two_drivers_is_right() => Assert.Empty(InAll(Rule, Test));

    [Fact]
    public void Twin_a_rule_without_drivers_is_caught() => Assert.Contains("no test class", Assert.Single(InAll(Rule, "")).What, StringComparison.Ordinal);

    [Fact]
    public void Twin_drivers_without_a_rule_are_caught() => Assert.Contains("there is no rule", Assert.Single(InAll("", Test)).What, StringComparison.Ordinal);

    [Fact]
    public void Twin_a_number_that_two_rules_have_is_caught() =>
        Assert.Contains(InAll(Rule + Rule.Replace("Overrun", "Other", StringComparison.Ordinal), Test), f => f.What.Contains("a second one of DMK1001", StringComparison.Ordinal));

    [Fact]
    public void Twin_a_class_that_is_named_for_another_number_is_caught() =>
        Assert.Contains(InAll(Rule, Test.Replace("class Dmk1001", "class Dmk1002", StringComparison.Ordinal)), f => f.What.Contains("does not say so", StringComparison.Ordinal));

    [Fact]
    public void Twin_a_buggy_driver_that_two_rules_share_is_caught()
    {
        string more = Test.Replace("1001", "1002", StringComparison.Ordinal);
        Assert.Contains("has the buggy driver of Dmk1001", Assert.Single(InAll(Rule + Rule.Replace("1001", "1002", StringComparison.Ordinal), Test + "\n" + more)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Twin_drivers_that_do_not_differ_are_caught() =>
        Assert.Contains("both drivers are the same", Assert.Single(InAll(Rule, Test.Replace("1096", "1000", StringComparison.Ordinal))).What, StringComparison.Ordinal);

    [Theory]
    [InlineData(RulePairs.MostLines, 0)]
    [InlineData(RulePairs.MostLines + 1, 1)]
    public void Twin_drivers_too_far_apart_are_caught(int lines, int found) =>
        Assert.Equal(found, InAll(Rule, Test.Replace("Write(1096);", string.Concat(Enumerable.Range(0, lines).Select(i => $"Write({i});\n")), StringComparison.Ordinal)).Count());

    [Fact]
    public void Twin_a_rule_that_is_seen_with_debugging_only_counts() => Assert.Empty(InAll(Rule, $"#if DEBUG\n{Test}\n#endif\n"));

    [Theory]
    [InlineData("[() => new Dmk1001Overrun()]", 0)]
    [InlineData("[]", 1)]
    [InlineData("[() => new Dmk1001Overrun(), () => new Dmk1001Overrun()]", 1)]
    [InlineData("[() => new Dmk1002Other(), () => new Dmk1001Overrun()]", 1)]
    public void Twin_a_list_out_of_order_or_with_a_gap_is_caught(string list, int found) =>
        Assert.Equal(found, RulePairs.InList(new SourceFile("List.cs", $"class L {{ object All => {list}; }}"), [new SourceFile("A.cs", Rule)]).Count());

    private static IEnumerable<Finding> InAll(string rules, string tests) => RulePairs.InAll([new SourceFile("A.cs", rules)], [new SourceFile("B.cs", tests)]);
}
