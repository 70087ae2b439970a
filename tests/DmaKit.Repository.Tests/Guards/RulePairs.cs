using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DmaKit.Repository.Tests;

/// <summary>Every rule of the verifier has one test class with a buggy driver and its clean twin, which are nearly the same.</summary>
internal static class RulePairs
{
    /// <summary>How many lines may differ between the two drivers of a rule.</summary>
    public const int MostLines = 10;

    /// <summary>Rules and tests against each other.</summary>
    public static IEnumerable<Finding> InAll(IEnumerable<SourceFile> ruleSources, IEnumerable<SourceFile> testSources)
    {
        RuleClass[] rules = [.. ruleSources.SelectMany(source => Classes(source, "VerifierRule"))];
        RuleClass[] tests = [.. testSources.SelectMany(source => Classes(source, "RuleTest"))];
        foreach (RuleClass one in rules.Concat(tests))
        {
            if (one.Number.Length == 0) yield return one.Finding("has no Id, or one that is no plain text");
            else if (!one.Class.Identifier.ValueText.StartsWith("Dmk" + one.Number, StringComparison.Ordinal)) yield return one.Finding($"is of DMK{one.Number}, and its name does not say so");
        }

        foreach (RuleClass twice in Again(rules).Concat(Again(tests))) yield return twice.Finding($"is a second one of DMK{twice.Number}");
        foreach (RuleClass rule in rules)
            if (!Array.Exists(tests, test => test.Number == rule.Number)) yield return rule.Finding($"no test class has the drivers of DMK{rule.Number}");
        foreach (RuleClass test in tests)
        {
            if (!Array.Exists(rules, rule => rule.Number == test.Number)) yield return test.Finding($"there is no rule DMK{test.Number}");
            string[]? buggy = Body(test, "Buggy");
            string[]? clean = Body(test, "Clean");
            if (buggy is null || clean is null)
            {
                yield return test.Finding("has no Buggy and Clean with a body of statements");
                continue;
            }

            int apart = Apart(buggy, clean);
            if (apart == 0) yield return test.Finding("both drivers are the same");
            if (apart > MostLines) yield return test.Finding($"its drivers are {apart} lines apart; at most {MostLines}");
            if (Array.Find(tests, other => other != test && other.IsBefore(test) && Body(other, "Buggy") is { } theirs && theirs.SequenceEqual(buggy)) is { } same)
                yield return test.Finding($"has the buggy driver of {same.Class.Identifier.ValueText}");
        }
    }

    /// <summary>The list of rules: every rule once, in order of number.</summary>
    public static IEnumerable<Finding> InList(SourceFile list, IEnumerable<SourceFile> ruleSources)
    {
        ObjectCreationExpressionSyntax[] made = [.. list.Root.DescendantNodes().OfType<ObjectCreationExpressionSyntax>().Where(o => o.Type.ToString().StartsWith("Dmk", StringComparison.Ordinal))];
        for (int i = 1; i < made.Length; i++)
        {
            if (string.CompareOrdinal(made[i - 1].Type.ToString(), made[i].Type.ToString()) >= 0)
                yield return list.At(made[i], $"{made[i].Type} stands behind {made[i - 1].Type}: once each, in order of number");
        }

        foreach (RuleClass rule in ruleSources.SelectMany(source => Classes(source, "VerifierRule")))
            if (!Array.Exists(made, one => one.Type.ToString() == rule.Class.Identifier.ValueText)) yield return rule.Finding("is not in the list of rules");
    }

    /// <summary>The checks of other systems that each rule is, by number of the rule.</summary>
    public static SortedDictionary<string, string[]> ChecksOf(IEnumerable<SourceFile> ruleSources)
    {
        var checks = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach (RuleClass rule in ruleSources.SelectMany(source => Classes(source, "VerifierRule")))
            checks["DMK" + rule.Number] = [.. Texts(rule.Class, "Checks")];
        return checks;
    }

    /// <summary>What a rule says of itself in one of its properties.</summary>
    public static string TextOf(IEnumerable<SourceFile> ruleSources, string id, string property) =>
        ruleSources.SelectMany(source => Classes(source, "VerifierRule")).Where(rule => "DMK" + rule.Number == id).SelectMany(rule => Texts(rule.Class, property)).FirstOrDefault() ?? "";

    private static IEnumerable<RuleClass> Classes(SourceFile source, string parent) =>
        from one in source.Root.DescendantNodes().OfType<ClassDeclarationSyntax>()
        where one.BaseList?.Types.Any(type => type.Type.ToString() == parent) == true
        select new RuleClass(source, one, Texts(one, "Id").FirstOrDefault(text => text.StartsWith("DMK", StringComparison.Ordinal))?[3..] ?? "");

    private static IEnumerable<string> Texts(ClassDeclarationSyntax one, string property) =>
        one.Members.OfType<PropertyDeclarationSyntax>().Where(p => p.Identifier.ValueText == property)
            .SelectMany(p => p.DescendantNodes().OfType<LiteralExpressionSyntax>())
            .Where(literal => literal.IsKind(SyntaxKind.StringLiteralExpression))
            .Select(literal => literal.Token.ValueText);

    private static string[]? Body(RuleClass test, string method) =>
        test.Class.Members.OfType<MethodDeclarationSyntax>().SingleOrDefault(m => m.Identifier.ValueText == method)?.Body is { } body
            ? [.. body.NormalizeWhitespace().ToString().Split('\n').Select(line => line.Trim())]
            : null;

    /// <summary>A line that was changed counts once.</summary>
    private static int Apart(string[] buggy, string[] clean)
    {
        string[] lines = LineDifference.Of(string.Join('\n', buggy), string.Join('\n', clean)).Split('\n');
        return Math.Max(lines.Count(line => line.StartsWith("- ", StringComparison.Ordinal)), lines.Count(line => line.StartsWith("+ ", StringComparison.Ordinal)));
    }

    private static IEnumerable<RuleClass> Again(RuleClass[] all) => all.Where(one => one.Number.Length > 0 && Array.Exists(all, other => other != one && other.Number == one.Number && other.IsBefore(one)));

    private sealed record RuleClass(SourceFile Source, ClassDeclarationSyntax Class, string Number)
    {
        public bool IsBefore(RuleClass other) => string.CompareOrdinal($"{Source.Path} {Class.SpanStart:D8}", $"{other.Source.Path} {other.Class.SpanStart:D8}") < 0;

        public Finding Finding(string what) => Source.At(Class.Identifier, $"{Class.Identifier.ValueText} {what}");
    }
}
