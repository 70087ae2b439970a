using System.Globalization;

namespace DmaKit.Vfio;

/// <summary>
/// The huge pages of 2 MiB that the machine's administrator set aside for all programs. Common buffers of 2 MiB and more lie in them as far as there are free ones; the IOMMU then needs
/// one entry for 2 MiB instead of 512.
/// </summary>
/// <param name="Free">How many nobody has, and nobody was promised.</param>
/// <param name="All">How many there are.</param>
public readonly record struct HugePages(long Free, long All)
{
    private const string Folder = "sys/kernel/mm/hugepages/hugepages-2048kB";

    /// <summary>How long one is, in bytes.</summary>
    public const long Length = 2L << 20;

    /// <summary>Those of this machine, now. None where the kernel has none, and on other systems than Linux.</summary>
    public static HugePages OfThisMachine() => Of("/");

    /// <summary>Those of a machine whose files begin at <paramref name="root"/>, such as <c>/</c>.</summary>
    /// <param name="root">The folder.</param>
    public static HugePages Of(string root)
    {
        ArgumentNullException.ThrowIfNull(root);
        string folder = Path.Combine(root, Folder);
        return new HugePages(Math.Max(0, Read(folder, "free_hugepages") - Read(folder, "resv_hugepages")), Read(folder, "nr_hugepages"));
    }

    private static long Read(string folder, string name)
    {
        string file = Path.Combine(folder, name);
        return File.Exists(file) && long.TryParse(File.ReadAllText(file).AsSpan().Trim(), CultureInfo.InvariantCulture, out long count) ? count : 0;
    }
}
