using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DmaKit.Repository.Tests;

/// <summary>The table of what is forbidden in callback context says what the code forbids, in the code's words.</summary>
public sealed class CallbackTableTests
{
    private const string Table = "docs/callback-context.md";

    [Fact]
    public void The_table_lists_what_the_code_forbids()
        => Finding.None(Missing(RepositoryTree.Sources("src"), RepositoryTree.Read(Table)));

    [Fact]
    public void Twin_a_member_that_the_table_leaves_out_is_caught()
    {
        var source = new SourceFile("src/A.cs", "class A { void M() => CallbackContext.Forbid(\"A.M\", \"use N\"); }");
        Assert.Single(Missing([source], "| A.N | ... | use N |"));
        Assert.Single(Missing([source], "| A.M | ... | use O |"));
        Assert.Empty(Missing([source], "| A.M | `A.M` | use N |"));
    }

    private static IEnumerable<Finding> Missing(IEnumerable<SourceFile> sources, string table)
        => from source in sources
           from call in source.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
           where call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Forbid", Expression: IdentifierNameSyntax { Identifier.ValueText: "CallbackContext" } }
           let words = call.ArgumentList.Arguments.Select(a => (a.Expression as LiteralExpressionSyntax)?.Token.ValueText).ToArray()
           where words.Length != 2 || !table.Split('\n').Any(row => row.StartsWith($"| {words[0]} |", StringComparison.Ordinal) && row.TrimEnd().EndsWith($"| {words[1]} |", StringComparison.Ordinal))
           select source.At(call, $"{Table} has no row '| {words.FirstOrDefault()} | members | {words.LastOrDefault()} |'");
}
