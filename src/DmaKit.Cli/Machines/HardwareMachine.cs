using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary>This machine with some of its own devices, as the options of the tool describe them.</summary>
internal static class HardwareMachine
{
    private const long MiB = 1L << 20;

    /// <summary>Opens it for the devices, none of which is touched yet.</summary>
    /// <param name="devices">Their addresses.</param>
    /// <param name="memoryBytes">The most memory that they are given.</param>
    /// <exception cref="DmaException">One is not there, or not to be had; the message says what mends it.</exception>
    internal static VfioPlatform Open(IReadOnlyList<string> devices, long memoryBytes) =>
        new(new VfioPlatformOptions { Functions = devices, MemoryBytes = (memoryBytes + MiB - 1) & -MiB });
}
