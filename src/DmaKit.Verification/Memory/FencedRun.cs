using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>A run of memory with what lies around it.</summary>
/// <param name="Whole">What the platform gave.</param>
/// <param name="Front">How many bytes of it lie before the run that was handed out.</param>
/// <param name="Back">How many lie behind it.</param>
internal readonly record struct FencedRun(MemoryRun Whole, long Front, long Back)
{
    /// <summary>The bytes before the run: a pattern.</summary>
    public Span<byte> FrontFence => HostMemory.Span(Whole.Host, (int)Front);

    /// <summary>The bytes behind it: a pattern.</summary>
    public Span<byte> BackFence => HostMemory.Span(Whole.Host + (nint)(Whole.Length - Back), (int)Back);

    /// <summary>The bytes between.</summary>
    public MemoryRun Inside(long token) =>
        new(Whole.Host + (nint)Front, Whole.Logical + Front, Whole.Length - Front - Back, token);
}
