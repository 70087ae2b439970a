namespace DmaKit.Drivers;

/// <summary>The adapter's registers, in bytes from the start of BAR 1, and their bits. All are 32 bits wide. Source: the public MPI 1.5 headers.</summary>
internal static class FusionMptRegister
{
    /// <summary>How many bytes of registers the driver uses.</summary>
    public const long WindowLength = 0x48;

    /// <summary>Read: state, and halfwords of a handshake. Write: a function, or words of a handshake.</summary>
    public const long Doorbell = 0x00;

    /// <summary>Takes the keys that open the diagnostic register.</summary>
    public const long WriteSequence = 0x04;

    /// <summary>Diagnostics, the hard reset among them.</summary>
    public const long Diagnostic = 0x08;

    /// <summary>What the adapter has to say. Any write acknowledges the doorbell.</summary>
    public const long InterruptStatus = 0x30;

    /// <summary>What of it does not interrupt.</summary>
    public const long InterruptMask = 0x34;

    /// <summary>Takes the low half of a request frame's address.</summary>
    public const long RequestQueue = 0x40;

    /// <summary>Read: the next reply. Write: the low half of a free reply frame's address.</summary>
    public const long ReplyQueue = 0x44;

    /// <summary>What the reply queue says when it is empty.</summary>
    public const uint NoReply = uint.MaxValue;

    /// <summary>In a reply: the rest is half of a reply frame's address, and not a context.</summary>
    public const uint AddressReply = 0x8000_0000;

    /// <summary>In the interrupt status and mask: the doorbell says something.</summary>
    public const uint DoorbellInterrupt = 0x0000_0001;

    /// <summary>In the interrupt status and mask: replies wait.</summary>
    public const uint ReplyInterrupt = 0x0000_0008;

    /// <summary>In the interrupt status: the adapter has not taken the last doorbell write yet.</summary>
    public const uint DoorbellPending = 0x8000_0000;

    /// <summary>In the doorbell: the state.</summary>
    public const uint StateMask = 0xF000_0000;

    /// <summary>State: waits for IOC INIT.</summary>
    public const uint StateReady = 0x1000_0000;

    /// <summary>State: works.</summary>
    public const uint StateOperational = 0x2000_0000;

    /// <summary>State: stopped; the low half is the fault code.</summary>
    public const uint StateFault = 0x4000_0000;

    /// <summary>Doorbell function: message unit reset.</summary>
    public const uint MessageUnitReset = 0x40u << 24;

    /// <summary>Doorbell function: a message of so many words follows.</summary>
    public const uint Handshake = 0x42u << 24;

    /// <summary>In the diagnostic register: it is open for writing.</summary>
    public const uint DiagnosticOpen = 0x80;

    /// <summary>In the diagnostic register: resets the whole adapter.</summary>
    public const uint DiagnosticReset = 0x04;

    /// <summary>The keys that open the diagnostic register, the first of which clears what was written before.</summary>
    public static ReadOnlySpan<byte> DiagnosticKeys => [0xFF, 0x04, 0x0B, 0x02, 0x07, 0x0D];
}
