using System.Globalization;

namespace DmaKit.Vfio;

/// <summary>How much memory this process may lock, which is what mapping it for devices does.</summary>
/// <param name="Limit">RLIMIT_MEMLOCK in bytes; null when it binds this process not.</param>
/// <param name="Locked">How much is locked, in bytes.</param>
public readonly record struct MemoryLock(long? Limit, long Locked)
{
    private const int LockCapability = 14;

    /// <summary>How much more may be locked, in bytes.</summary>
    public long Left => Limit is { } limit ? Math.Max(0, limit - Locked) : long.MaxValue;

    /// <summary>That of this process, now. Linux only.</summary>
    public static MemoryLock OfThisProcess() => Parse(File.ReadAllText("/proc/self/limits"), File.ReadAllText("/proc/self/status"));

    /// <summary>Reads it from the texts that the kernel has of a process.</summary>
    /// <param name="limits">Its <c>/proc/PID/limits</c>.</param>
    /// <param name="status">Its <c>/proc/PID/status</c>.</param>
    internal static MemoryLock Parse(string limits, string status)
    {
        long locked = 0;
        ulong capabilities = 0;
        foreach (string line in status.Split('\n'))
        {
            if (After(line, "VmLck:") is { } kilobytes) locked = long.Parse(kilobytes.Split(' ')[0], CultureInfo.InvariantCulture) << 10;
            if (After(line, "CapEff:") is { } bits) capabilities = ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        if ((capabilities >> LockCapability & 1) != 0) return new MemoryLock(null, locked);
        foreach (string line in limits.Split('\n'))
            if (After(line, "Max locked memory") is { } values && long.TryParse(values.Split(' ')[0], CultureInfo.InvariantCulture, out long soft)) return new MemoryLock(soft, locked);
        return new MemoryLock(null, locked);
    }

    private static string? After(string line, string key) => line.StartsWith(key, StringComparison.Ordinal) ? line[key.Length..].Trim() : null;
}
