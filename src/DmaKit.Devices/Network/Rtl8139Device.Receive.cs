using System.Buffers.Binary;

namespace DmaKit.Devices;

/// <content>The receiver: a ring that the card sweeps.</content>
public sealed partial class Rtl8139Device
{
    // What the register of the driver's position is behind it.
    private const int PointerBias = 16;
    private const int HeaderLength = 4, ChecksumLength = 4;
    private const int SmallestRing = 8 * 1024, LargestRing = 64 * 1024;
    private const int FramesInTurn = 64;
    private const uint MostMissed = 0xFF_FFFF;

    // Receive configuration.
    private const uint AcceptAll = 0x01, AcceptMatch = 0x02, AcceptMulticast = 0x04, AcceptBroadcast = 0x08, AcceptBits = 0x0F, NoWrap = 0x80, ReceiveBits = 0x0F03_FFFF;

    // Status in front of a frame.
    private const ushort FrameOk = 0x0001, ToBroadcast = 0x2000, ToUs = 0x4000, ToMulticast = 0x8000;

    private readonly byte[] _record = new byte[HeaderLength + LongestReceived + ChecksumLength + 4];
    private uint _receiveConfig;
    private uint _ring;
    private uint _missed;
    private int _read;
    private int _write;

    private int RingLength => SmallestRing << (int)(_receiveConfig >> 11 & 3);

    private int Used => (_write - _read) & (RingLength - 1);

    private bool RingIsEmpty => Used == 0;

    private void ResetReceiver()
    {
        (_receiveConfig, _ring, _missed) = (0, 0, 0);
        EmptyRing();
    }

    private void EmptyRing() => (_read, _write) = (0, 0);

    private void WriteReceiveConfig(uint value)
    {
        _receiveConfig = value & ReceiveBits;
        EmptyRing();
        AskForTurn();
    }

    private void Receive()
    {
        if (_wire is null) return;
        for (int frames = 0; _wire.TryPeek(out ReadOnlySpan<byte> frame); frames++)
        {
            if (frames == FramesInTurn)
            {
                AskForTurn();
                return;
            }

            if (_wire.WaitsForRoom && !CanTake(frame.Length)) return;
            Arrive(frame);
            _wire.Take();
        }
    }

    /// <summary>A frame that waits, waits for a receiver that is on and wants frames at all, too.</summary>
    private bool CanTake(int length) =>
        (_command & ReceiverOn) != 0 && (_receiveConfig & AcceptBits) != 0 && (length > LongestReceived || Fits(RecordLength(length)));

    private void Arrive(ReadOnlySpan<byte> frame)
    {
        if ((_command & ReceiverOn) == 0 || frame.Length is 0 or > LongestReceived || !Accepts(frame, out ushort status)) return;
        int length = RecordLength(frame.Length);
        if (!Fits(length))
        {
            _missed = Math.Min(_missed + 1, MostMissed);
            Raise(RingOverflow);
            return;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(_record, status);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(2), (ushort)(frame.Length + ChecksumLength));
        frame.CopyTo(_record.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt32LittleEndian(_record.AsSpan(HeaderLength + frame.Length), FrameChecksum.Of(frame));
        if (!Store(_record.AsSpan(0, HeaderLength + frame.Length + ChecksumLength)))
        {
            Raise(SystemError);
            return;
        }

        // The position moves last: what it says is there, is there.
        _write = (_write + length) & (RingLength - 1);
        _tally.CommandFinished();
        Raise(ReceiveOk);
    }

    /// <summary>With the wrap bit a record runs on behind the ring's end, else it goes on at its start. The largest ring always wraps.</summary>
    private bool Store(ReadOnlySpan<byte> record)
    {
        int room = RingLength - _write;
        bool split = record.Length > room && ((_receiveConfig & NoWrap) == 0 || RingLength == LargestRing);
        if (!split) return Port.TryWriteAt(_ring, (uint)_write, record);
        return Port.TryWriteAt(_ring, (uint)_write, record[..room]) && Port.TryWriteAt(_ring, 0, record[room..]);
    }

    /// <summary>A ring that were filled to the last byte would look empty.</summary>
    private bool Fits(int length) => length < RingLength - Used;

    private static int RecordLength(int frame) => (HeaderLength + frame + ChecksumLength + 3) & ~3;

    private bool Accepts(ReadOnlySpan<byte> frame, out ushort status)
    {
        ReadOnlySpan<byte> to = frame[..Math.Min(6, frame.Length)];
        bool whole = to.Length == 6;
        status = FrameOk;
        bool accepted = (_receiveConfig & AcceptAll) != 0;
        if (whole && to.IndexOfAnyExcept((byte)0xFF) < 0)
        {
            status |= ToBroadcast;
            accepted |= (_receiveConfig & AcceptBroadcast) != 0;
        }
        else if (whole && (to[0] & 1) != 0)
        {
            status |= ToMulticast;
            int bit = FrameChecksum.MulticastBit(to);
            accepted |= (_receiveConfig & AcceptMulticast) != 0 && (_multicast[bit >> 3] >> (bit & 7) & 1) != 0;
        }
        else if (to.SequenceEqual(_address))
        {
            status |= ToUs;
            accepted |= (_receiveConfig & AcceptMatch) != 0;
        }

        return accepted;
    }
}
