namespace DmaKit.Formats;

/// <summary>One packet of a capture.</summary>
/// <param name="Time">When it was captured; 1970 where the capture does not say.</param>
/// <param name="Data">The bytes that were captured, from the first one on. From a reader: good until its next read.</param>
/// <param name="OriginalLength">How many bytes the packet had: more than were captured where the capture cut packets.</param>
/// <param name="LinkType">What its bytes begin with, by the number of the tcpdump registry; <see cref="Ethernet"/> is 1.</param>
/// <param name="Interface">The interface that captured it, counted from 0 in its section.</param>
public readonly record struct CapturedPacket(CaptureTime Time, ReadOnlyMemory<byte> Data, long OriginalLength, int LinkType, int Interface)
{
    /// <summary>The link type of Ethernet frames without their checksum.</summary>
    public const int Ethernet = 1;

    /// <summary>The most bytes of a packet that are read or written, as tcpdump has it: 256 KiB.</summary>
    public const int MostBytes = 262_144;
}
