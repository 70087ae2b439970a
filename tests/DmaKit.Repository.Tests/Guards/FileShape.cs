using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DmaKit.Repository.Tests;

/// <summary>Small files with plain names, in the namespace of their room.</summary>
internal static class FileShape
{
    public const int MaximumLines = 600;

    private static readonly string[] EmptyNames = ["Helper", "Helpers", "Manager", "Managers", "Util", "Utils", "Utility", "Utilities"];

    /// <summary>Rules for every source.</summary>
    public static IEnumerable<Finding> InAny(SourceFile source)
    {
        int lines = source.Root.SyntaxTree.GetText().Lines.Count;
        if (lines > MaximumLines + 1)
        {
            yield return new(source.Path, MaximumLines, $"{lines} lines; at most {MaximumLines}");
        }

        foreach (Diagnostic error in source.Root.SyntaxTree.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error))
        {
            yield return new(source.Path, error.Location.GetLineSpan().StartLinePosition.Line + 1, $"does not parse, so no guard sees it whole: {error.GetMessage()}");
        }

        foreach (SyntaxTrivia region in source.Root.DescendantTrivia().Where(t => t.IsKind(SyntaxKind.RegionDirectiveTrivia)))
        {
            yield return new(source.Path, region.GetLocation().GetLineSpan().StartLinePosition.Line + 1, "no regions: split the file");
        }

        foreach (SyntaxNode node in source.Root.DescendantNodes())
        {
            if (node is NamespaceDeclarationSyntax block)
            {
                yield return source.At(block.NamespaceKeyword, "namespaces are file-scoped");
            }
            else if (node is BaseTypeDeclarationSyntax type && Array.Find(EmptyNames, name => type.Identifier.ValueText.EndsWith(name, StringComparison.Ordinal)) is { } empty)
            {
                yield return source.At(type.Identifier, $"'{empty}' says nothing: name what {type.Identifier.ValueText} does");
            }
        }
    }

    /// <summary>Rules for the libraries and the tool.</summary>
    public static IEnumerable<Finding> InProduct(SourceFile source)
    {
        MemberDeclarationSyntax[] open = [.. source.Root.DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>()
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && member.Modifiers.Any(SyntaxKind.PublicKeyword))];
        foreach (MemberDeclarationSyntax second in open.Skip(1))
        {
            yield return source.At(second, "a second public type in this file: one a file");
        }

        foreach (BaseNamespaceDeclarationSyntax space in source.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>())
        {
            string[] expected = NamespacesOf(source);
            if (!expected.Contains(space.Name.ToString()))
            {
                yield return source.At(space.Name, $"namespace {space.Name}; this folder's is {string.Join(" or ", expected)}");
            }
        }
    }

    /// <summary>Folders show rooms and namespaces do not, but for the provider side and the insides.</summary>
    private static string[] NamespacesOf(SourceFile source)
    {
        string project = source.Path.Split('/')[1];
        return project switch
        {
            "DmaKit" when source.Path.StartsWith("src/DmaKit/Platforms/", StringComparison.Ordinal) => ["DmaKit.Platforms"],
            _ when source.IsIn("Native") => [project + ".Native"],
            _ => [project],
        };
    }
}
