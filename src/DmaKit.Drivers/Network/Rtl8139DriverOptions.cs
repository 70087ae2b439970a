namespace DmaKit.Drivers;

/// <summary>How a network driver is to work.</summary>
public sealed record Rtl8139DriverOptions
{
    /// <summary>How many frames may be on their way to the card at once: 4 to 256. Four are in the card; the others are ready for it.</summary>
    public int SendDepth
    {
        get;
        init => field = value is >= 4 and <= 256 ? value : throw new ArgumentOutOfRangeException(nameof(SendDepth), value, $"SendDepth is {value}; legal: 4 to 256.");
    } = 16;

    /// <summary>The length of the receive ring that is asked for: 8, 16, 32 or 64 KiB. Less is taken where memory is fragmented.</summary>
    public int ReceiveRingBytes
    {
        get;
        init => field = value is 8192 or 16384 or 32768 or 65536
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ReceiveRingBytes), value, $"ReceiveRingBytes is {value}; legal: 8,192, 16,384, 32,768 and 65,536.");
    } = 32768;

    /// <summary>How many received frames wait for their reader outside of the ring: 1 to 65,536. When they are that many, frames wait in the ring.</summary>
    public int ReceiveDepth
    {
        get;
        init => field = value is >= 1 and <= 65_536 ? value : throw new ArgumentOutOfRangeException(nameof(ReceiveDepth), value, $"ReceiveDepth is {value}; legal: 1 to 65,536.");
    } = 128;

    /// <summary>Whether frames for other addresses are received, too. Otherwise: the card's own address, and broadcasts.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Whether frames of less than 60 bytes are filled up with zeros, as Ethernet wants it; the card does not do it.</summary>
    public bool PadShortFrames { get; init; } = true;

    /// <summary>How long the card may take for a frame before it is reset.</summary>
    public TimeSpan SendTimeout
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(SendTimeout), value, $"SendTimeout is {value}; legal: more than zero.");
    } = TimeSpan.FromSeconds(5);

    /// <summary>How often a frame with too many collisions is sent again: 0 to 15.</summary>
    public int AbortRetries
    {
        get;
        init => field = value is >= 0 and <= 15 ? value : throw new ArgumentOutOfRangeException(nameof(AbortRetries), value, $"AbortRetries is {value}; legal: 0 to 15.");
    } = 3;

    /// <summary>Which base address register is used: 0, I/O, or 1, memory. They lead to the same registers.</summary>
    public int Bar
    {
        get;
        init => field = value is 0 or 1 ? value : throw new ArgumentOutOfRangeException(nameof(Bar), value, $"Bar is {value}; legal: 0 and 1.");
    } = 1;
}
