namespace DmaKit.Testing;

/// <summary>
/// What every platform must do, whatever it is made of: the port, common buffers, quiet and quarantine, mappings. A platform's author opens
/// the platform with a device that plays the <see cref="DeviceHand"/>, and runs every check on a fresh one.
/// </summary>
public static class ConformanceSuite
{
    /// <summary>All checks, in order of contract.</summary>
    public static IReadOnlyList<ConformanceCheck> Checks { get; } =
        [.. PortChecks.All, .. CommonBufferChecks.All, .. QuietChecks.All, .. MappingChecks.All];

    /// <summary>The check of that name.</summary>
    /// <param name="name">As in <see cref="ConformanceCheck.Name"/>.</param>
    /// <exception cref="ArgumentException">There is no such check.</exception>
    public static ConformanceCheck Named(string name) =>
        Checks.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal))
        ?? throw new ArgumentException($"There is no conformance check '{name}'.", nameof(name));
}
