using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace DmaKit.Repository.Tests;

/// <summary>Which of our assemblies may know which: read from what was built, and from the project files.</summary>
internal static class Arrows
{
    private static readonly string[] Everybody =
        ["DmaKit", "DmaKit.Drivers", "DmaKit.Devices", "DmaKit.Formats", "DmaKit.Emulation", "DmaKit.Qemu", "DmaKit.Vfio", "DmaKit.Verification", "DmaKit.Testing"];

    /// <summary>For each assembly of ours, the others of ours that it may reference.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["DmaKit"] = [],
        ["DmaKit.Formats"] = [],
        ["DmaKit.Drivers"] = ["DmaKit"],
        ["DmaKit.Devices"] = ["DmaKit", "DmaKit.Formats"],
        ["DmaKit.Emulation"] = ["DmaKit", "DmaKit.Devices", "DmaKit.Formats"],
        ["DmaKit.Qemu"] = ["DmaKit"],
        ["DmaKit.Vfio"] = ["DmaKit"],
        ["DmaKit.Verification"] = ["DmaKit"],
        ["DmaKit.Testing"] = ["DmaKit"],
        ["DmaKit.Cli"] = Everybody,
    };

    /// <summary>Judges one built assembly.</summary>
    public static IEnumerable<Finding> InAssembly(Stream image, string path)
    {
        using var portable = new PEReader(image);
        MetadataReader metadata = portable.GetMetadataReader();
        string name = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        string[] references = [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        return [.. Judge(name, references, path)];
    }

    /// <summary>Judges one project file: a reference that no type uses yet is a reference all the same.</summary>
    public static IEnumerable<Finding> InProject(string text, string path)
    {
        XDocument project = XDocument.Parse(text);
        string name = AssemblyOf(project, path);
        string[] references = [.. project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))];
        return Judge(name, references, path);
    }

    /// <summary>The name of the assembly that a project file builds.</summary>
    public static string AssemblyOf(XDocument project, string path)
        => project.Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(path);

    /// <summary>Names that are one file where case does not count. The build then drops one of them, on every system.</summary>
    public static IEnumerable<Finding> SameButForCase(IEnumerable<string> assemblies)
        => from names in assemblies.GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
           where names.Count() > 1
           select new Finding("src", 1, $"{string.Join(" and ", names)} differ in case only");

    private static IEnumerable<Finding> Judge(string name, string[] references, string path)
    {
        if (!Allowed.TryGetValue(name, out string[]? allowed))
        {
            yield return new(path, 1, $"{name} has no entry in the table of arrows");
            yield break;
        }

        foreach (string reference in references)
        {
            if (reference.StartsWith("DmaKit", StringComparison.OrdinalIgnoreCase) && !allowed.Contains(reference))
            {
                yield return new(path, 1, $"{name} must not reference {reference}");
            }
        }
    }
}
