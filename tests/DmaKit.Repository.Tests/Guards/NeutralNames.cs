using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DmaKit.Repository.Tests;

/// <summary>The core names no platform and no device; a driver names no platform. Identifiers are split into their words.</summary>
internal static class NeutralNames
{
    private static readonly string[] Platforms = ["Emulated", "Emulation", "Emulator", "Qemu", "Vfio", "Iommufd", "Libfabric"];

    private static readonly string[] Devices = ["Edu", "Fusion", "Mpt", "Sas1068", "Es1370", "Rtl8139", "Mailbox", "Nvme"];

    /// <summary>Judges a source of the core.</summary>
    public static IEnumerable<Finding> InCore(SourceFile source) => Search(source, [.. Platforms, .. Devices], "the core");

    /// <summary>Judges a source of a driver.</summary>
    public static IEnumerable<Finding> InDriver(SourceFile source) => Search(source, Platforms, "a driver");

    private static IEnumerable<Finding> Search(SourceFile source, string[] words, string who)
        => from token in source.Root.DescendantTokens(descendIntoTrivia: false)
           where token.IsKind(SyntaxKind.IdentifierToken)
           from word in words
           where HasWord(token.ValueText, word)
           select source.At(token, $"{who} must not name '{word}' (in '{token.ValueText}')");

    /// <summary>True when an identifier has the word: from a capital letter or its start to the next capital letter or its end.</summary>
    private static bool HasWord(string identifier, string word)
    {
        for (int at = identifier.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = identifier.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            int end = at + word.Length;
            bool starts = at == 0 || char.IsUpper(identifier[at]) || !char.IsLetter(identifier[at - 1]);
            bool ends = end == identifier.Length || !char.IsLower(identifier[end]);
            if (starts && ends)
            {
                return true;
            }
        }

        return false;
    }
}
