namespace DmaKit.Cli.Tests;

/// <summary>What is wrong with the twin of a device model.</summary>
internal enum ModelDefect
{
    /// <summary>It asks for a turn in every turn.</summary>
    NeverRests,

    /// <summary>It follows links in memory until one is 0.</summary>
    FollowsLinks,

    /// <summary>It takes a register for an index.</summary>
    TrustsIndex,

    /// <summary>It takes a register for a length, and memory for it.</summary>
    TrustsLength,

    /// <summary>Its reset leaves a register as it was.</summary>
    ForgetsToReset,
}
