using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DmaKit.Repository.Tests;

/// <summary>
/// Each unsafe block, and each member that touches memory through a pointer or past the type system, says why it may: a comment
/// that begins with <c>SAFETY:</c> before it or in it. An unsafe import may say it once for its type.
/// </summary>
internal static class SafetyComments
{
    private const string Mark = "SAFETY:";

    /// <summary>Members of those classes that touch no memory.</summary>
    private static readonly string[] Harmless = ["SizeOf", "OffsetOf", "GetLastPInvokeError", "GetLastSystemError", "GetPInvokeErrorMessage"];

    public static IEnumerable<Finding> InSource(SourceFile source)
    {
        HashSet<string> pointers = PointerNames(source.Root);
        var told = new HashSet<SyntaxNode>();
        foreach (SyntaxNode node in source.Root.DescendantNodes())
        {
            if (node is UnsafeStatementSyntax block && !HasMark(block))
            {
                yield return source.At(block.UnsafeKeyword, $"an unsafe block without a {Mark} comment before it or in it");
            }
            else if (Touches(node, pointers) && OwnerOf(node) is { } owner && !HasMark(owner) && !(IsImport(node) && HasMark(owner.Parent!)) && told.Add(owner))
            {
                yield return source.At(node, $"'{node.ToString().Split('\n')[0].Trim()}' stands in a member without a {Mark} comment");
            }
        }
    }

    private static bool HasMark(SyntaxNode node)
        => node.DescendantTrivia().Any(trivia => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
            && trivia.ToString().TrimStart('/', '*', ' ').StartsWith(Mark, StringComparison.Ordinal));

    private static MemberDeclarationSyntax? OwnerOf(SyntaxNode node)
        => node.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().FirstOrDefault(m => m is not (BaseTypeDeclarationSyntax or BaseNamespaceDeclarationSyntax));

    private static bool Touches(SyntaxNode node, HashSet<string> pointers) => node switch
    {
        PrefixUnaryExpressionSyntax unary => unary.IsKind(SyntaxKind.PointerIndirectionExpression),
        MemberAccessExpressionSyntax access => access.IsKind(SyntaxKind.PointerMemberAccessExpression)
            || (access.Expression is IdentifierNameSyntax { Identifier.ValueText: "Unsafe" or "MemoryMarshal" or "NativeMemory" or "Marshal" } && !Harmless.Contains(access.Name.Identifier.ValueText)),
        CastExpressionSyntax cast => cast.Type is PointerTypeSyntax or FunctionPointerTypeSyntax,
        ElementAccessExpressionSyntax element => element.Expression is IdentifierNameSyntax name && pointers.Contains(name.Identifier.ValueText),
        FixedStatementSyntax => true,
        _ => IsImport(node),
    };

    private static bool IsImport(SyntaxNode node)
        => node is AttributeSyntax { Name: IdentifierNameSyntax { Identifier.ValueText: "DllImport" or "LibraryImport" or "DllImportAttribute" or "LibraryImportAttribute" } };

    /// <summary>Names declared as pointers in the file: <c>p[i]</c> is an access through one when p is among them.</summary>
    private static HashSet<string> PointerNames(SyntaxNode root)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (SyntaxNode node in root.DescendantNodes())
        {
            if (node is VariableDeclarationSyntax { Type: PointerTypeSyntax } variables)
            {
                names.UnionWith(variables.Variables.Select(v => v.Identifier.ValueText));
            }
            else if (node is ParameterSyntax { Type: PointerTypeSyntax } parameter)
            {
                names.Add(parameter.Identifier.ValueText);
            }
        }

        return names;
    }
}
