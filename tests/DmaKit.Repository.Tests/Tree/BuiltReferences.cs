using Microsoft.CodeAnalysis;

namespace DmaKit.Repository.Tests;

/// <summary>What was built, as references for a compilation.</summary>
internal static class BuiltReferences
{
    private static readonly Lazy<MetadataReference[]> Platform = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => path.StartsWith(FrameworkFolder, StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))]);

    private static readonly Lazy<MetadataReference[]> Libraries = new(() =>
        [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
            .Where(path => IsOurs(Path.GetFileNameWithoutExtension(path)) || Path.GetFileName(path).StartsWith("Microsoft.Extensions.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>The assemblies of the running framework.</summary>
    public static IReadOnlyList<MetadataReference> Framework => Platform.Value;

    /// <summary>Our libraries, and the packages that their public members name.</summary>
    public static IReadOnlyList<MetadataReference> Ours => Libraries.Value;

    private static string FrameworkFolder => Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private static bool IsOurs(string name) => Arrows.Allowed.ContainsKey(name) && name != "DmaKit.Cli";
}
