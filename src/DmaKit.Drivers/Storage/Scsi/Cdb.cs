using System.Runtime.CompilerServices;

namespace DmaKit.Drivers;

/// <summary>A command descriptor block: what a SCSI device is asked, in up to 16 bytes.</summary>
[InlineArray(Capacity)]
internal struct Cdb
{
    /// <summary>The most bytes that a packet has room for.</summary>
    public const int Capacity = 16;

    private byte _first;
}
