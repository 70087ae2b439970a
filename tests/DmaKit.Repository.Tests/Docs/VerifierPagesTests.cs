using System.Text;
using DmaKit.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DmaKit.Repository.Tests;

/// <summary>The verifier's pages are made from its rules and from the drivers that its tests run: they cannot say anything else.</summary>
public sealed class VerifierPagesTests
{
    private const string Folder = "docs/verifier";
    private const string Accept = "DMAKIT_ACCEPT=1 dotnet test --project tests/DmaKit.Repository.Tests --filter-class \"*VerifierPagesTests\"";

    public static TheoryData<string> Rules => [.. VerifierRules.All.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rules_page_is_made_from_the_rule_and_its_two_drivers(string id)
    {
        VerifierRule rule = VerifierRules.Find(id)!;
        Same($"{Folder}/{id}.md", Page(rule, Drivers(rule)));
    }

    [Fact]
    public void The_table_of_rules_has_a_line_for_each()
    {
        const string begin = "<!-- rules -->\n", end = "<!-- end of rules -->";
        string path = $"{Folder}/README.md";
        string text = RepositoryTree.Read(path);
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, to = text.IndexOf(end, StringComparison.Ordinal);
        Same(path, string.Concat(text.AsSpan(0, from), Table(), text.AsSpan(to)));
    }

    [Fact]
    public void Every_page_has_its_rule()
        => Assert.Equal(
            VerifierRules.All.Select(rule => $"{Folder}/{rule.Id}.md"),
            RepositoryTree.Files.Where(path => path.StartsWith($"{Folder}/DMK", StringComparison.Ordinal)));

    [Fact]
    public void Twin_a_page_that_says_something_else_is_seen()
    {
        VerifierRule rule = VerifierRules.All[0];
        var other = new SourceFile("a.cs", "class A { Task Buggy(RuleBench bench) { Write(1); return Task.CompletedTask; } Task Clean(RuleBench bench) { Write(2); return Task.CompletedTask; } }");
        string page = Page(rule, other);
        Assert.Contains("- Write(1);\n+ Write(2);\n", page, StringComparison.Ordinal);
        Assert.NotEqual(RepositoryTree.Read($"{Folder}/{rule.Id}.md"), page);
    }

    [Fact]
    public void Twin_a_rule_that_QEMU_does_not_show_says_why()
    {
        var ours = new SourceFile("a.cs", "[NotOnQemu(\"its time is the real one\")] class A { Task Buggy(RuleBench bench) => Write(1); Task Clean(RuleBench bench) => Write(2); }");
        Assert.Contains("- **Shown on:** the emulated machine only: its time is the real one.\n", Page(VerifierRules.All[0], ours), StringComparison.Ordinal);
    }

    private static SourceFile Drivers(VerifierRule rule)
    {
        string path = $"tests/DmaKit.Verification.Tests/Rules/Dmk{rule.Id[3..]}.cs";
        return new SourceFile(path, RepositoryTree.Read(path));
    }

    /// <summary>Why a rule's drivers do not run on QEMU, or null where they do.</summary>
    private static string? NotOnQemu(SourceFile tests)
        => tests.Root.DescendantNodes().OfType<AttributeSyntax>().SingleOrDefault(a => a.Name.ToString() == "NotOnQemu")
            is { ArgumentList.Arguments: [{ Expression: LiteralExpressionSyntax why }] } ? why.Token.ValueText : null;

    private static string Page(VerifierRule rule, SourceFile tests)
    {
        var page = new StringBuilder();
        page.Append($"# {rule.Id}: {rule.Name}\n\n{rule.Meaning}\n\n");
        if (rule.IsDevices) page.Append("It is the device that breaks this rule: a driver meets it, and does not cause it.\n\n");
        page.Append($"- **Usual cause:** {rule.Cause}\n- **Mend:** {rule.Mend}\n");
        if (rule.Checks.Count > 0) page.Append($"- **Elsewhere:** {string.Join(", ", rule.Checks)} in [the table of other systems' checks](checks.md).\n");
        page.Append($"- **Shown on:** {(NotOnQemu(tests) is { } why ? $"the emulated machine only: {why}" : "the emulated machine, and QEMU with VT-d")}.\n");
        page.Append("\nFrom the driver that breaks it (-) to the one that keeps it (+):\n\n```diff\n");
        page.Append(Difference(Body(tests, "Buggy"), Body(tests, "Clean")));
        return page.Append("```\n\n[All rules](README.md)\n").ToString();
    }

    private static string Table()
    {
        var table = new StringBuilder("| rule | what it says | broken by | shown on |\n| --- | --- | --- | --- |\n");
        foreach (VerifierRule rule in VerifierRules.All)
            table.Append($"| [{rule.Id}]({rule.Id}.md) {rule.Name} | {rule.Meaning} | {(rule.IsDevices ? "device" : "driver")} | {(NotOnQemu(Drivers(rule)) is null ? "emulated, QEMU" : "emulated")} |\n");
        return table.ToString();
    }

    /// <summary>A driver's lines, as if it had its adapter and device in hand.</summary>
    private static string[] Body(SourceFile tests, string driver)
    {
        MethodDeclarationSyntax method = tests.Root.DescendantNodes().OfType<MethodDeclarationSyntax>().Single(m => m.Identifier.Text == driver);
        string[] lines = method.Body is not { } body ? [$"{method.ExpressionBody!.Expression};"]
            : body.ToFullString().Split('\n') is [_, .. var inside, _, ""] ? inside
            : [.. body.Statements.Select(statement => statement.ToString())];
        int indent = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return
        [
            .. from line in lines
               let text = line.Length >= indent ? line[indent..].TrimEnd() : line.Trim()
               where text is not ("return Task.CompletedTask;" or "")
               select text.Replace("bench.Edu", "edu.", StringComparison.Ordinal).Replace("bench.Dma", "dma", StringComparison.Ordinal)
                   .Replace("bench.Registers", "registers", StringComparison.Ordinal).Replace("bench.Function", "function", StringComparison.Ordinal)
                   .Replace("bench.Machine", "machine", StringComparison.Ordinal),
        ];
    }

    /// <summary>All lines, those that are only in one of both marked: the longest lines in common stay.</summary>
    private static string Difference(string[] before, string[] after)
    {
        int[,] common = new int[before.Length + 1, after.Length + 1];
        for (int i = before.Length - 1; i >= 0; i--)
            for (int j = after.Length - 1; j >= 0; j--)
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        var text = new StringBuilder();
        int a = 0, b = 0;
        while (a < before.Length || b < after.Length)
        {
            if (a < before.Length && b < after.Length && before[a] == after[b])
            {
                text.Append($"  {before[a++]}\n");
                b++;
            }
            else if (b == after.Length || (a < before.Length && common[a + 1, b] >= common[a, b + 1])) text.Append($"- {before[a++]}\n");
            else text.Append($"+ {after[b++]}\n");
        }

        return text.ToString();
    }

    private static void Same(string path, string expected)
    {
        string actual = File.Exists(RepositoryTree.Absolute(path)) ? RepositoryTree.Read(path) : "";
        if (actual != expected && Environment.GetEnvironmentVariable("DMAKIT_ACCEPT") == "1" && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(RepositoryTree.Absolute(path))!);
            File.WriteAllText(RepositoryTree.Absolute(path), expected);
            return;
        }

        Assert.True(actual == expected, $"{path} is not what the rules and their drivers say. If they are right, accept it:\n{Accept}");
    }
}
