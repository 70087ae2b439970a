namespace DmaKit.Devices;

/// <summary>
/// Realtek's RTL8139C, a 100 Mbit/s network card: four transmit descriptors in registers, each with one contiguous frame, and a receive
/// ring that it sweeps. A register-level model.
/// </summary>
/// <remarks>
/// <para>
/// BAR 0 (I/O) and BAR 1 (memory) have the same 256 bytes of registers, listed in <c>docs/devices/rtl8139.md</c>. Registers of 32 bits that start
/// something are written as 32 bits. Sources of the facts: Realtek's RTL8139 datasheet and programming guide, and measurements of QEMU's model.
/// </para>
/// <para>
/// As in QEMU, and unlike real cards: a software reset is over at once, every write of RCR empties the receive ring, and short frames are accepted. The
/// early transmit threshold is kept and has no effect, since the model has a whole frame before it sends. Not modelled: early receive, the timer's
/// interrupt, the EEPROM's wires, wake on LAN.
/// </para>
/// <para>A frame waits in its descriptor while the wire takes none. Transfers that the platform refuses set SERR, and abort a transmission.</para>
/// </remarks>
public sealed partial class Rtl8139Device : DeviceModel
{
    /// <summary>The longest frame that is received, in bytes without checksum: what a driver's 2 KiB behind its ring have room for.</summary>
    public const int LongestReceived = 2040;

    private const int Descriptors = 4;
    private const int RegisterLength = 256;

    // Command register.
    private const uint SoftwareReset = 0x10, ReceiverOn = 0x08, TransmitterOn = 0x04, BufferEmpty = 0x01;

    // Interrupt causes.
    private const uint ReceiveOk = 0x0001, TransmitOk = 0x0004, TransmitError = 0x0008, RingOverflow = 0x0010, SystemError = 0x8000;
    private const uint AllCauses = 0xE07F;

    private static readonly DeviceIdentity s_identity = new()
    {
        VendorId = 0x10EC,
        DeviceId = 0x8139,
        ClassCode = 0x020000,
        Revision = 0x10,
        Description = "RTL8139",
        Bars = [new BarSpecification(0, RegisterLength, IsIo: true), new BarSpecification(1, RegisterLength)],
    };

    private readonly Rtl8139Options _options;
    private readonly NetworkPort? _wire;
    private readonly WorkTally _tally = new();
    private readonly InterruptOutput _interrupt = new();
    private readonly Action _turn;
    private readonly byte[] _address = new byte[6];
    private readonly byte[] _multicast = new byte[8];
    private int _asked;
    private uint _command;
    private uint _mask;
    private uint _causes;
    private uint _lock;
    private uint _earlyThreshold;
    private long _timerStart;
    private bool _connected;

    /// <summary>Makes a card.</summary>
    /// <param name="wire">What its wire leads to; the card closes it. Null: no cable is plugged in.</param>
    /// <param name="options">What can be chosen; null for the defaults.</param>
    public Rtl8139Device(NetworkPort? wire, Rtl8139Options? options = null)
    {
        _wire = wire;
        _options = options ?? new Rtl8139Options();
        _turn = Turn;
    }

    /// <inheritdoc/>
    public override DeviceIdentity Identity => s_identity;

    /// <inheritdoc/>
    /// <remarks>Commands are frames sent and received; doorbells are transmit descriptors handed over.</remarks>
    public override DeviceCounters Counters => _tally.Snapshot;

    private bool LinkIsUp => _wire is { IsUp: true };

    /// <inheritdoc/>
    /// <remarks>A power-on: the address is loaded again, too. The driver's software reset leaves address and multicast filter alone.</remarks>
    public override void Reset()
    {
        _options.Address.GetAddressBytes().CopyTo(_address, 0);
        Array.Clear(_multicast);
        _timerStart = Port.Clock.GetTimestamp();
        SoftReset();
        if (!_connected) _wire?.Connect(AskForTurn);
        _connected = true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _wire?.Dispose();

    private void SoftReset()
    {
        Port.CancelWork();
        (_command, _mask, _causes, _lock, _earlyThreshold) = (0, 0, 0, 0, 0);
        ResetTransmitter();
        ResetReceiver();
        UpdateInterrupt();

        // What the wire asked for meanwhile was forgotten with the rest.
        Interlocked.Exchange(ref _asked, 0);
        AskForTurn();
    }

    /// <summary>From any thread: the wire asks too.</summary>
    private void AskForTurn()
    {
        if (Interlocked.Exchange(ref _asked, 1) == 0) Port.Defer(_turn);
    }

    private void Turn()
    {
        Interlocked.Exchange(ref _asked, 0);
        Transmit();
        Receive();
    }

    private void Raise(uint causes)
    {
        _causes |= causes;
        UpdateInterrupt();
    }

    private void UpdateInterrupt() => _interrupt.Update(_causes & _mask, Port, _tally);
}
