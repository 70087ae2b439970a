using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DmaKit.Repository.Tests;

/// <summary>One C# source: its path relative to the repository, its text, and its syntax.</summary>
internal sealed class SourceFile(string path, string text)
{
    // What only builds with debugging have is seen as well.
    private static readonly CSharpParseOptions Options = CSharpParseOptions.Default
        .WithLanguageVersion(LanguageVersion.Preview).WithDocumentationMode(DocumentationMode.Parse).WithPreprocessorSymbols("DEBUG");

    private readonly Lazy<SyntaxNode> root = new(() => CSharpSyntaxTree.ParseText(text, Options, path).GetRoot());

    public string Path => path;

    public string Text => text;

    public SyntaxNode Root => root.Value;

    /// <summary>True when one of the folders on the way to the file has this name.</summary>
    public bool IsIn(string folder) => path.Split('/').SkipLast(1).Contains(folder);

    /// <summary>A finding at the line where something stands.</summary>
    public Finding At(SyntaxNodeOrToken where, string what)
        => new(path, where.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1, what);
}
