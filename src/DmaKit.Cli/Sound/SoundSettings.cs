using DmaKit.Devices;
using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary>What a sound verb's card and ring are like.</summary>
internal sealed record SoundSettings
{
    /// <summary>Whose card it is.</summary>
    internal PlatformKind Platform { get; init; }

    /// <summary>The addresses of this machine's own devices that are driven.</summary>
    internal IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Whether these are this machine's own devices.</summary>
    internal bool IsHardware => Platform == PlatformKind.Vfio;

    /// <summary>By how much the card's crystal is fast.</summary>
    internal double SkewPartsPerMillion { get; init; }

    /// <summary>The standard deviation of the age of the card's position.</summary>
    internal TimeSpan Jitter { get; init; }

    /// <summary>The time between two interrupts.</summary>
    internal TimeSpan Period { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The length of the ring.</summary>
    internal TimeSpan Ring { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How far ahead is mixed; zero for the whole ring.</summary>
    internal TimeSpan Lead { get; init; }

    /// <summary>Whether the machine has the real clock, rather than one that jumps to the next event.</summary>
    internal bool RealTime { get; init; }

    /// <summary>Where jitter comes from.</summary>
    internal int Seed { get; init; } = 1;

    /// <summary>The card as its model wants to know it.</summary>
    internal Es1370Options ToCard() => new() { SkewPartsPerMillion = SkewPartsPerMillion, Jitter = Jitter, Seed = Seed };

    /// <summary>The converter as its driver wants to know it.</summary>
    internal Es1370StreamOptions ToStream() => new() { Period = Period, Ring = Ring, PositionAge = ToCard().LongestLag };
}
