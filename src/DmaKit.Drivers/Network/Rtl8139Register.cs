namespace DmaKit.Drivers;

/// <summary>The registers that the driver uses, and their bits. Source: Realtek's RTL8139 datasheet and programming guide.</summary>
internal static class Rtl8139Register
{
    /// <summary>The card's address, six bytes.</summary>
    internal const long Address = 0x00;

    /// <summary>Transmit status, 32 bits, of descriptor 0; the others follow. Writing a size with <see cref="Own"/> clear hands it to the card.</summary>
    internal const long TransmitStatus = 0x10;

    /// <summary>Where the frame of descriptor 0 is, 32 bits; the others follow.</summary>
    internal const long TransmitAddress = 0x20;

    /// <summary>Where the receive ring is, 32 bits.</summary>
    internal const long RingStart = 0x30;

    /// <summary>Command, 8 bits.</summary>
    internal const long Command = 0x37;

    /// <summary>How far the driver has read, 16 bits: 16 less than the position.</summary>
    internal const long ReadPosition = 0x38;

    /// <summary>How far the card has written, 16 bits.</summary>
    internal const long WritePosition = 0x3A;

    /// <summary>Which causes interrupt, 16 bits.</summary>
    internal const long InterruptMask = 0x3C;

    /// <summary>Causes, 16 bits; writing a one takes it away.</summary>
    internal const long InterruptStatus = 0x3E;

    /// <summary>Transmit configuration, 32 bits. Kept only while the transmitter is on.</summary>
    internal const long TransmitConfig = 0x40;

    /// <summary>Receive configuration, 32 bits.</summary>
    internal const long ReceiveConfig = 0x44;

    /// <summary>Frames missed for want of room, 24 bits; any write clears it.</summary>
    internal const long Missed = 0x4C;

    /// <summary>Media status, 8 bits.</summary>
    internal const long MediaStatus = 0x58;

    // Command.
    internal const byte Reset = 0x10, ReceiverOn = 0x08, TransmitterOn = 0x04, BufferEmpty = 0x01;

    // Transmit status.
    internal const uint Own = 0x2000, Underrun = 0x4000, SentOk = 0x8000, Aborted = 0x4000_0000, CarrierLost = 0x8000_0000;

    /// <summary>Any of these says how a frame ended.</summary>
    internal const uint Ended = Underrun | SentOk | Aborted | CarrierLost;

    // Causes.
    internal const ushort ReceiveOk = 0x0001, ReceiveError = 0x0002, TransmitOk = 0x0004, TransmitError = 0x0008, RingOverflow = 0x0010, FifoOverflow = 0x0040, SystemError = 0x8000;
    internal const ushort TransmitCauses = TransmitOk | TransmitError | SystemError;
    internal const ushort ReceiveCauses = ReceiveOk | ReceiveError | RingOverflow | FifoOverflow;

    /// <summary>Standard gap between frames, bursts of up to 1 KiB.</summary>
    internal const uint TransmitConfigValue = 0x0300_0600;

    /// <summary>In the abort state: sends the frame again.</summary>
    internal const uint ClearAbort = 0x01;

    // Receive configuration: filters, a record may run on behind the ring, no threshold, bursts of up to 1 KiB.
    internal const uint AcceptAll = 0x01, AcceptMatch = 0x02, AcceptMulticast = 0x04, AcceptBroadcast = 0x08, NoWrap = 0x80, ReceiveConfigValue = 0x0000_E600;

    /// <summary>Where the length of the ring stands in the receive configuration: 0 for 8 KiB to 3 for 64 KiB.</summary>
    internal const int RingLengthShift = 11;

    /// <summary>Set when there is no link.</summary>
    internal const byte LinkDown = 0x04;
}
