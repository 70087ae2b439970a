namespace DmaKit.Devices;

/// <summary>What goes wrong with one frame that a card sends, so that a test can see what its driver makes of it.</summary>
public enum TransmitFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The transmitter ran dry, and sent the frame all the same: TUN without TOK.</summary>
    Underrun,

    /// <summary>The transmitter ran dry, and the frame was lost: TUN, and a transmit error.</summary>
    UnderrunLost,

    /// <summary>Too many collisions: TABT, and the transmitter halts until the abort is cleared, which sends the frame again.</summary>
    Abort,

    /// <summary>The link broke in the middle: the frame was lost, with CRS.</summary>
    CarrierLost,

    /// <summary>The card forgets the descriptor: it never comes back.</summary>
    Hang,
}
