using System.Net.NetworkInformation;

namespace DmaKit.Devices;

/// <summary>What an RTL8139 is like.</summary>
public sealed record Rtl8139Options
{
    /// <summary>The address that is burnt in, six bytes.</summary>
    public PhysicalAddress Address
    {
        get;
        init => field = value.GetAddressBytes().Length == 6
            ? value
            : throw new ArgumentException($"Address is {value}; legal: six bytes.", nameof(Address));
    } = new([0x52, 0x54, 0x00, 0x12, 0x34, 0x56]);

    /// <summary>How long the wire is busy with a frame, such as 122 us for 1,514 bytes at 100 Mbit/s. Zero, the default: frames go out as fast as the machine runs.</summary>
    public TimeSpan FrameTime
    {
        get;
        init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(FrameTime), value, $"FrameTime is {value}; legal: zero or more.");
    }

    /// <summary>What goes wrong with a frame, by its number from 0, when it is about to be sent; null when nothing ever does. Called in the card's turn.</summary>
    public Func<long, TransmitFault>? Fault { get; init; }
}
