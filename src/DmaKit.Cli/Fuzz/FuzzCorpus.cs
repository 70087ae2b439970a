using System.Reflection;

namespace DmaKit.Cli;

/// <summary>The samples that fuzzing begins with: files of the repository, carried inside the tool.</summary>
internal static class FuzzCorpus
{
    /// <summary>The samples of a target, by file name, in order of name.</summary>
    internal static IReadOnlyList<(string Name, byte[] Bytes)> Of(string target)
    {
        string prefix = $"fuzz/{target}/";
        Assembly assembly = typeof(FuzzCorpus).Assembly;
        var samples = new List<(string Name, byte[] Bytes)>();
        foreach (string resourceName in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            // The build names a folder as its system does.
            string name = resourceName.Replace('\\', '/');
            if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            using Stream resource = assembly.GetManifestResourceStream(resourceName)!;
            byte[] bytes = new byte[resource.Length];
            resource.ReadExactly(bytes);
            samples.Add((name[prefix.Length..], bytes));
        }

        return samples;
    }
}
