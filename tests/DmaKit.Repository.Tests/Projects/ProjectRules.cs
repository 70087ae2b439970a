using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DmaKit.Repository.Tests;

/// <summary>What project files, lock files and texts must and must not say.</summary>
internal static partial class ProjectRules
{
    private static readonly string[] PackageItems = ["PackageReference", "GlobalPackageReference", "PackageDownload"];

    /// <summary>Versions stand in Directory.Packages.props only, each of them exact.</summary>
    public static IEnumerable<Finding> Versions(string text, string path)
    {
        XDocument project = XDocument.Parse(text);
        foreach (XElement item in project.Descendants().Where(e => PackageItems.Contains(e.Name.LocalName)))
        {
            if (item.Attribute("Version") is not null || item.Attribute("VersionOverride") is not null || item.Element("Version") is not null || item.Element("VersionOverride") is not null)
            {
                yield return new(path, 1, $"the version of {item.Attribute("Include")?.Value ?? item.Attribute("Update")?.Value} belongs in Directory.Packages.props");
            }
        }

        foreach (XElement item in project.Descendants("PackageVersion"))
        {
            if (path != "Directory.Packages.props")
            {
                yield return new(path, 1, "package versions belong in Directory.Packages.props");
            }

            string version = item.Attribute("Version")?.Value ?? string.Empty;
            if (!(version.StartsWith('[') && version.EndsWith(']') && !version.Contains(',', StringComparison.Ordinal) && !version.Contains('*', StringComparison.Ordinal)))
            {
                yield return new(path, 1, $"{item.Attribute("Include")?.Value} '{version}': an exact version is '[1.2.3]'");
            }
        }
    }

    /// <summary>A package says what it is, and nobody turns off what src/Directory.Build.props turns on.</summary>
    public static IEnumerable<Finding> Library(string text, string path)
    {
        XDocument project = XDocument.Parse(text);
        if (string.IsNullOrWhiteSpace(project.Descendants("Description").FirstOrDefault()?.Value))
        {
            yield return new(path, 1, "a package needs a Description");
        }

        if (project.Descendants("IsPackable").Any(e => e.Value != "true"))
        {
            yield return new(path, 1, "what is in src is a package");
        }

        bool tool = project.Descendants("OutputType").Any(e => e.Value == "Exe");
        if (!tool && project.Descendants("IsAotCompatible").Any(e => e.Value != "true"))
        {
            yield return new(path, 1, "a library is compatible with AOT");
        }
    }

    /// <summary>The one package that the SDK adds by itself has the version that Directory.Packages.props holds it to.</summary>
    public static IEnumerable<Finding> Lock(string text, string path, string pinned)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        foreach (JsonProperty framework in document.RootElement.GetProperty("dependencies").EnumerateObject())
        {
            if (framework.Value.TryGetProperty("Microsoft.NET.ILLink.Tasks", out JsonElement package) && package.GetProperty("resolved").GetString() != pinned)
            {
                yield return new(path, 1, $"Microsoft.NET.ILLink.Tasks {package.GetProperty("resolved")} follows the SDK; it is held to {pinned}");
            }
        }
    }

    /// <summary>No text names a place of somebody's machine.</summary>
    public static IEnumerable<Finding> Places(string text, string path)
    {
        int line = 0;
        foreach (string words in text.Split('\n'))
        {
            line++;
            if (Place().Match(words) is { Success: true } place)
            {
                yield return new(path, line, $"'{place.Value}' is a place of one machine");
            }
        }
    }

    /// <summary>True for what is stored as text: no zero byte in its beginning.</summary>
    public static bool IsText(ReadOnlySpan<byte> beginning) => !beginning.Contains((byte)0);

    [GeneratedRegex(@"\.\./sha[r]ed\b|(?<![\w.])/wor[k]/|(?<![\w.])/hom[e]/\w|(?<![\w.])/roo[t]/|[A-Za-z]:\\User[s]\\", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Place();
}
