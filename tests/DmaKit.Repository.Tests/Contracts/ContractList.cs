using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DmaKit.Repository.Tests;

/// <summary>Holds the promises in docs/contracts.md and the names of the tests against each other.</summary>
internal static partial class ContractList
{
    private static readonly string[] TestAttributes = ["Fact", "Theory", "FactAttribute", "TheoryAttribute"];

    /// <summary>The ids that the document lists, in its order.</summary>
    public static IReadOnlyList<string> Listed(string document) => [.. Entry().Matches(document).Select(match => match.Groups["id"].Value)];

    /// <summary>
    /// The tests of one source whose names begin with an id. A check of the conformance suite is one too, when the suite lists it: <c>new(nameof(CB1_X), CB1_X)</c>.
    /// </summary>
    public static IEnumerable<(string Id, Finding Where)> Tests(SourceFile source)
        => from method in source.Root.DescendantNodes().OfType<MethodDeclarationSyntax>()
           where IsTest(method)
           let id = Prefix().Match(method.Identifier.ValueText)
           where id.Success
           select (id.Groups["id"].Value, source.At(method.Identifier, method.Identifier.ValueText));

    private static bool IsTest(MethodDeclarationSyntax method)
        => method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => TestAttributes.Contains(attribute.Name.ToString()))
            || method.SyntaxTree.GetRoot().DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>().Any(check =>
                check.ArgumentList?.Arguments is [{ Expression: InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } } name }, { Expression: IdentifierNameSyntax run }, ..]
                && name.ArgumentList.Arguments[0].Expression.ToString() == method.Identifier.ValueText
                && run.Identifier.ValueText == method.Identifier.ValueText);

    /// <summary>What does not fit: a promise without a test, a test without a promise, a promise listed twice.</summary>
    public static IEnumerable<string> Compare(IReadOnlyList<string> listed, IReadOnlyCollection<(string Id, Finding Where)> tests)
    {
        HashSet<string> tested = [.. tests.Select(test => test.Id)];
        foreach (string id in listed.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            yield return $"{id} is listed twice";
        }

        foreach (string id in listed.Where(id => !tested.Contains(id)))
        {
            yield return $"{id} has no test whose name begins with {id}_";
        }

        foreach ((string id, Finding where) in tests.Where(test => !listed.Contains(test.Id)))
        {
            yield return $"{where}: there is no contract {id}";
        }
    }

    [GeneratedRegex(@"^- \*\*(?<id>[A-Z]{1,2}[0-9]{1,2})\*\* ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Entry();

    [GeneratedRegex("^(?<id>[A-Z]{1,2}[0-9]{1,2})_", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Prefix();
}
