using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>Memory that was given back and is held for a while, filled with a pattern: who writes to it kept it too long.</summary>
/// <param name="Fenced">The memory with what lies around it.</param>
/// <param name="Inside">What was handed out.</param>
internal sealed record FreedRun(FencedRun Fenced, MemoryRun Inside)
{
    /// <summary>Whether somebody was told already that it was written to.</summary>
    public bool Told { get; set; }

    /// <summary>Whether the core has given the logical range back too.</summary>
    public bool LogicalGiven { get; set; }

    /// <summary>The bytes that nobody may write.</summary>
    public Span<byte> Bytes => HostMemory.Span(Inside.Host, (int)Inside.Length);
}
