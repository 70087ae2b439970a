using System.Buffers.Binary;

namespace DmaKit.Devices;

// Messages through the doorbell: words in, halfwords out.
public sealed partial class FusionMptAdapter
{
    private const uint InUse = 1u << 27;
    private const int LongestHandshake = 255 * 4;

    private readonly byte[] _handshake = new byte[LongestHandshake];
    private readonly byte[] _handshakeReply = new byte[FusionWire.LongestReply];
    private HandshakePhase _handshakePhase;
    private int _handshakeLength;
    private int _handshakeAt;

    private enum HandshakePhase
    {
        Idle,
        Receiving,
        Sending,
    }

    private uint ReadDoorbell()
    {
        if (_state == StateFault) return _state | _faultCode;
        uint value = _state | (uint)_whoInit << 24;
        if (_handshakePhase != HandshakePhase.Idle) value |= InUse;
        if (_handshakePhase == HandshakePhase.Sending && _handshakeAt < _handshakeLength)
        {
            value |= BinaryPrimitives.ReadUInt16LittleEndian(_handshakeReply.AsSpan(_handshakeAt));
            _handshakeAt += 2;
        }

        return value;
    }

    private void WriteDoorbell(uint word)
    {
        if (_handshakePhase == HandshakePhase.Receiving)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_handshake.AsSpan(_handshakeAt), word);
            _handshakeAt += 4;
            if (_handshakeAt == _handshakeLength) AnswerHandshake();
            return;
        }

        const uint messageUnitReset = 0x40, ioUnitReset = 0x41, handshake = 0x42;
        switch (word >> 24)
        {
            case messageUnitReset or ioUnitReset:
                ResetUnit();
                break;
            case handshake when _state != StateFault && _handshakePhase == HandshakePhase.Idle:
                BeginHandshake((int)(word >> 16 & 0xFF) * 4);
                break;
        }
    }

    private void BeginHandshake(int length)
    {
        // A message without words cannot be answered: it names no function.
        if (length == 0) return;
        Array.Clear(_handshake);
        (_handshakePhase, _handshakeLength, _handshakeAt) = (HandshakePhase.Receiving, length, 0);
        SetCause(DoorbellCause, set: true);
    }

    private void AnswerHandshake()
    {
        int length = AnswerMessage(_handshake.AsSpan(0, Math.Max(_handshakeLength, FusionWire.TaskManagementLength)), _handshakeReply, byDoorbell: true);
        if (_state == StateFault) return;
        (_handshakePhase, _handshakeLength, _handshakeAt) = (HandshakePhase.Sending, length, 0);
        SetCause(DoorbellCause, set: true);
    }

    /// <summary>
    /// The driver acknowledges. While halfwords are left, the next is ready at once and the cause is back; the acknowledgement
    /// after the last one ends the handshake and raises it once more, for the driver that waits for the end.
    /// </summary>
    private void AcknowledgeDoorbell()
    {
        SetCause(DoorbellCause, set: false);
        if (_handshakePhase != HandshakePhase.Sending) return;
        if (_handshakeAt == _handshakeLength) _handshakePhase = HandshakePhase.Idle;
        SetCause(DoorbellCause, set: true);
    }

    private void ForgetHandshake() => (_handshakePhase, _handshakeLength, _handshakeAt) = (HandshakePhase.Idle, 0, 0);
}
