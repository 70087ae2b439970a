namespace DmaKit.Devices;

/// <content>The transmitter: four descriptors, taken strictly in turn.</content>
public sealed partial class Rtl8139Device
{
    // Transmit status.
    private const uint Size = 0x1FFF, Own = 0x2000, Underrun = 0x4000, SentOk = 0x8000, Threshold = 0x003F_0000, Aborted = 0x4000_0000, CarrierLost = 0x8000_0000;

    // Transmit configuration.
    private const uint ClearAbort = 0x0000_0001, Loopback = 0x0006_0000, ConfigBits = 0x0307_07F0;

    private readonly uint[] _status = new uint[Descriptors];
    private readonly uint[] _start = new uint[Descriptors];
    private readonly byte[] _outgoing = new byte[Size + 1];
    private uint _transmitConfig;
    private int _current;
    private long _frames;
    private bool _halted;
    private bool _busy;
    private bool _faultAsked;
    private TransmitFault _fault;
    private Action? _wireFree;

    private void ResetTransmitter()
    {
        _transmitConfig = 0;
        Array.Fill(_status, Own);
        Array.Clear(_start);
        _busy = false;
        RestartTransmitter();
    }

    /// <summary>Begins with the first descriptor. A frame that is on the wire keeps it busy until its time is over.</summary>
    private void RestartTransmitter() => (_current, _halted, _faultAsked) = (0, false, false);

    /// <summary>Handing a descriptor over is writing its size with the own bit clear; status bits of the last frame go with that.</summary>
    private void WriteStatus(int index, uint value)
    {
        _status[index] = value & (Size | Own | Threshold);
        if ((value & Own) != 0) return;
        _tally.DoorbellRung();
        AskForTurn();
    }

    private void WriteTransmitConfig(uint value)
    {
        // The datasheet has the register writable only while the transmitter is on.
        if ((_command & TransmitterOn) == 0) return;
        _transmitConfig = value & ConfigBits;
        if ((value & ClearAbort) == 0 || !_halted) return;
        _halted = false;
        _status[_current] &= Size | Threshold;
        AskForTurn();
    }

    private uint Summarise()
    {
        uint summary = 0;
        for (int i = 0; i < Descriptors; i++)
        {
            uint status = _status[i];
            if ((status & Own) != 0) summary |= 1u << i;
            if ((status & Aborted) != 0) summary |= 1u << (4 + i);
            if ((status & Underrun) != 0) summary |= 1u << (8 + i);
            if ((status & SentOk) != 0) summary |= 1u << (12 + i);
        }

        return summary;
    }

    private void Transmit()
    {
        while ((_command & TransmitterOn) != 0 && !_halted && !_busy && (_status[_current] & Own) == 0)
        {
            if (_options.FrameTime > TimeSpan.Zero)
            {
                _busy = true;
                Port.Schedule(_options.FrameTime, _wireFree ??= OnWireFree);
            }
            else if (!TransmitOne())
            {
                return;
            }
        }
    }

    private void OnWireFree()
    {
        _busy = false;

        // The driver may have switched the transmitter off meanwhile, and on again: what it did not hand over is not sent.
        bool handedOver = (_command & TransmitterOn) != 0 && !_halted && (_status[_current] & Own) == 0;
        if (handedOver && TransmitOne()) Transmit();
    }

    /// <returns>False when the frame stays: the wire takes none now, or the transmitter halted.</returns>
    private bool TransmitOne()
    {
        if (!_faultAsked) _fault = _options.Fault?.Invoke(_frames) ?? TransmitFault.None;
        _faultAsked = true;
        Span<byte> frame = _outgoing.AsSpan(0, (int)(_status[_current] & Size));
        if (!Port.TryReadAt(_start[_current], 0, frame))
        {
            Halt(SystemError);
            return false;
        }

        switch (_fault)
        {
            case TransmitFault.Hang:
                (_halted, _faultAsked) = (true, false);
                _frames++;
                return false;
            case TransmitFault.Abort:
                Halt(0);
                return false;
            case TransmitFault.UnderrunLost:
                Finish(Underrun, TransmitError);
                return true;
            case TransmitFault.CarrierLost:
                Finish(CarrierLost, TransmitError);
                return true;
        }

        bool loopback = (_transmitConfig & Loopback) == Loopback;
        if (!loopback && !LinkIsUp)
        {
            Finish(CarrierLost, TransmitError);
            return true;
        }

        if (!frame.IsEmpty && loopback) Arrive(frame);
        else if (!frame.IsEmpty && !_wire!.TrySend(frame)) return false;
        Finish(_fault == TransmitFault.Underrun ? Underrun : SentOk, TransmitOk);
        return true;
    }

    private void Finish(uint status, uint cause)
    {
        _status[_current] |= Own | status;
        _current = (_current + 1) % Descriptors;
        _frames++;
        _faultAsked = false;
        _tally.CommandFinished();
        Raise(cause);
    }

    /// <summary>An abort stops the transmitter at its descriptor until the driver clears it, which sends the frame again.</summary>
    private void Halt(uint cause)
    {
        _status[_current] |= Own | Aborted;
        _frames++;
        _faultAsked = false;
        _halted = true;
        Raise(TransmitError | cause);
    }
}
