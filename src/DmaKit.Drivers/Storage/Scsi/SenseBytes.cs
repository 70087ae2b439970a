using System.Runtime.CompilerServices;

namespace DmaKit.Drivers;

/// <summary>The first bytes of sense data: all that fixed format has, and the first descriptors of the other.</summary>
[InlineArray(Capacity)]
internal struct SenseBytes
{
    /// <summary>How many bytes a device is given for it.</summary>
    public const int Capacity = 32;

    private byte _first;
}
