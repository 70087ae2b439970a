namespace DmaKit.Vfio;

/// <summary>What a function of this machine is used for, as far as the kernel shows it.</summary>
/// <param name="Mounts">Where file systems of its disks are mounted, such as <c>/home</c>; in order.</param>
/// <param name="Interfaces">Its network interfaces, such as <c>eth0</c>; in order.</param>
public sealed record HostUse(IReadOnlyList<string> Mounts, IReadOnlyList<string> Interfaces)
{
    /// <summary>Whether the machine's root is on one of its disks.</summary>
    public bool HoldsRoot => Mounts.Contains("/", StringComparer.Ordinal);

    /// <summary>Whether anything is known to use it.</summary>
    public bool Any => Mounts.Count + Interfaces.Count > 0;

    /// <summary>What uses it, in words.</summary>
    public override string ToString() => string.Join(", ", Mounts.Select(m => $"{m} is mounted from it").Concat(Interfaces.Select(i => $"it is the network interface {i}")));
}
