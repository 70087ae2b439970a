using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DmaKit.Repository.Tests;

/// <summary>Unsafe code stays in folders called Native, barriers in Native and Rings, and some projects allow none at all.</summary>
internal static class UnsafeFence
{
    private static readonly string[] UnsafeNames
        = ["Unsafe", "MemoryMarshal", "Marshal", "NativeMemory", "NativeLibrary", "CollectionsMarshal", "DllImport", "LibraryImport", "DllImportAttribute", "LibraryImportAttribute", "UnmanagedCallersOnly"];

    private static readonly string[] BarrierNames = ["Volatile", "MemoryBarrier", "MemoryBarrierProcessWide", "ReadBarrier", "WriteBarrier"];

    private static readonly string[] SafeProjects = ["DmaKit.Drivers", "DmaKit.Devices", "DmaKit.Formats", "DmaKit.Cli"];

    /// <summary>What one source does outside the fence.</summary>
    public static IEnumerable<Finding> InSource(SourceFile source)
    {
        bool native = source.IsIn("Native");
        bool barriers = native || source.IsIn("Rings");
        foreach (SyntaxNodeOrToken item in source.Root.DescendantNodesAndTokens())
        {
            if (!native && IsUnsafe(item))
            {
                yield return source.At(item, $"'{item}' belongs in a folder called Native");
            }
            else if (!barriers && IsBarrier(item))
            {
                yield return source.At(item, $"'{item}' belongs in a folder called Native or Rings");
            }
        }
    }

    /// <summary>A project that must not allow unsafe blocks, and does.</summary>
    public static IEnumerable<Finding> InProject(string text, string path)
    {
        if (SafeProjects.Contains(Path.GetFileNameWithoutExtension(path)) && XDocument.Parse(text).Descendants("AllowUnsafeBlocks").Any())
        {
            yield return new(path, 1, "this project allows no unsafe code, so it does not set AllowUnsafeBlocks");
        }
    }

    private static bool IsUnsafe(SyntaxNodeOrToken item) => item.Kind() switch
    {
        SyntaxKind.UnsafeKeyword or SyntaxKind.PointerType or SyntaxKind.FunctionPointerType => true,
        SyntaxKind.IdentifierName => UnsafeNames.Contains(((IdentifierNameSyntax)item.AsNode()!).Identifier.ValueText),
        _ => false,
    };

    private static bool IsBarrier(SyntaxNodeOrToken item) => item.Kind() switch
    {
        SyntaxKind.VolatileKeyword => true,
        SyntaxKind.IdentifierName => BarrierNames.Contains(((IdentifierNameSyntax)item.AsNode()!).Identifier.ValueText),
        _ => false,
    };
}
