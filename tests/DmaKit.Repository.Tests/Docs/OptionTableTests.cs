using System.Reflection;
using DmaKit.Emulation;

namespace DmaKit.Repository.Tests;

/// <summary>The table of the emulated machine's options leaves none out and invents none.</summary>
public sealed class OptionTableTests
{
    private const string Table = "docs/emulated-machine.md";

    [Fact]
    public void The_table_lists_the_options_of_the_machine()
    {
        string[] rows = [.. RepositoryTree.Read(Table).Split("\n## ")[1].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1])];
        Assert.Equal(typeof(EmulatedPlatformOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => p.Name).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }
}
