using System.Runtime.CompilerServices;

namespace DmaKit.Drivers;

/// <summary>Room for a frame that is too short for Ethernet, in the common buffer of its command: it is sent from there, filled up with zeros.</summary>
[InlineArray(Length)]
internal struct ShortFrame
{
    /// <summary>The least length of a frame without its checksum, in bytes.</summary>
    public const int Least = 60;

    private const int Length = 64;

    private byte _first;
}
