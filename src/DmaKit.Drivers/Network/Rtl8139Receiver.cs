using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>The ring that the card sweeps, and the received frames that wait for their reader.</summary>
/// <remarks>Its gate guards the card's registers; the interrupt handler takes it too.</remarks>
internal sealed class Rtl8139Receiver
{
    /// <summary>The longest frame that is taken: what has room behind the ring, without header and checksum.</summary>
    public const int LongestFrame = Slack - PositionBias - ReceiveRing.HeaderLength - ReceiveRing.ChecksumLength;

    /// <summary>What lies behind the ring, for a record that begins near its end.</summary>
    public const int Slack = 16 + 2048;

    private const int PositionBias = ReceiveRing.PositionBias;
    private const int LargestRing = 65_536;
    private const ushort FrameOk = 0x0001, FrameErrors = 0x002E, StillWriting = 0xFFF0;

    private readonly RegisterWindow _registers;
    private readonly Lock _gate;
    private readonly Rtl8139DriverOptions _options;
    private readonly CommonBuffer _memory;
    private readonly ReceiveRing _ring;
    private readonly WaitingLine _readers;
    private readonly byte[] _queue;
    private readonly int[] _lengths;
    private int _first;
    private int _count;
    private int _position;
    private bool _held;
    private bool _closed;
    private bool _lost;
    private long _received;
    private long _receivedBytes;
    private long _missed;
    private long _truncated;
    private long _resets;

    internal Rtl8139Receiver(RegisterWindow registers, Lock gate, DmaAdapter adapter, Rtl8139DriverOptions options)
    {
        _registers = registers;
        _gate = gate;
        _options = options;
        _readers = new WaitingLine(gate, adapter.Function.Platform.Continuations);
        _queue = new byte[options.ReceiveDepth * (LongestFrame + 4)];
        _lengths = new int[options.ReceiveDepth];
        (_memory, _ring) = Allocate(adapter, options.ReceiveRingBytes);
    }

    internal CommonBuffer Memory => _memory;

    internal int RingLength => _ring.Length;

    /// <summary>How many bytes of the ring the driver has not taken yet, as it saw last.</summary>
    internal int Waiting { get; private set; }

    internal int Queued => _count;

    internal (long Received, long Bytes, long Missed, long Truncated, long Resets) Counts
    {
        get
        {
            lock (_gate) return (_received, _receivedBytes, _missed, _truncated, _resets);
        }
    }

    internal uint Config
    {
        get
        {
            int code = _ring.Length switch { 8192 => 0, 16384 => 1, 32768 => 2, _ => 3 };
            return Rtl8139Register.ReceiveConfigValue | (uint)code << Rtl8139Register.RingLengthShift | Rtl8139Register.AcceptMatch | Rtl8139Register.AcceptBroadcast
                | (Wraps ? 0 : Rtl8139Register.NoWrap) | (_options.Promiscuous ? Rtl8139Register.AcceptAll : 0);
        }
    }

    // The largest ring always wraps.
    private bool Wraps => _ring.Length == LargestRing;

    /// <summary>Tells the card where the ring is, and begins at its start. The receiver is off. With the gate held.</summary>
    internal void Prepare()
    {
        _registers.Write32(Rtl8139Register.RingStart, _memory.LogicalAddress.Low32);
        _position = 0;
        Waiting = 0;
    }

    /// <summary>The receiver was switched on: now it takes its configuration. With the gate held.</summary>
    internal void Configure()
    {
        _registers.Write32(Rtl8139Register.ReceiveConfig, Config);
        _registers.Write16(Rtl8139Register.ReadPosition, ReceiveRing.ToRegister(_position));
    }

    /// <summary>Takes what has come out of the ring, as far as there is room for it. With the gate held.</summary>
    /// <param name="causes">What the card interrupted for.</param>
    internal void Sweep(ushort causes)
    {
        if ((causes & (Rtl8139Register.RingOverflow | Rtl8139Register.FifoOverflow)) != 0) CountMissed();
        while (!_closed && (_registers.Read8(Rtl8139Register.Command) & Rtl8139Register.BufferEmpty) == 0)
        {
            // What the positions say is there, is there; the ring itself is not asked, since a header is written before its frame.
            int written = _registers.Read16(Rtl8139Register.WritePosition);
            if (!_ring.IsPosition(written))
            {
                Restart();
                return;
            }

            int available = _ring.Available(_position, written);
            int taken = 0;
            while (taken < available && _count < _lengths.Length)
            {
                int record = TakeRecord(available - taken);
                if (record == 0) break;
                if (record < 0)
                {
                    Restart();
                    return;
                }

                taken += record;
            }

            Waiting = available - taken;
            if (taken == 0)
            {
                _held = _count == _lengths.Length;
                break;
            }

            _registers.Write16(Rtl8139Register.ReadPosition, ReceiveRing.ToRegister(_position));
        }
    }

    internal bool TryTake(Span<byte> buffer, out int length)
    {
        lock (_gate) return TryTakeLocked(buffer, out length);
    }

    /// <summary>Takes the next frame, or a place in the line of those who wait for one.</summary>
    /// <exception cref="ObjectDisposedException">The driver was closed.</exception>
    /// <exception cref="DeviceLostException">The card is gone.</exception>
    internal WaitingLine.Place? TakeOrJoin(Span<byte> buffer, out int length)
    {
        lock (_gate)
        {
            if (TryTakeLocked(buffer, out length)) return null;
            if (_lost) throw new DeviceLostException("The network card is gone.");
            if (_closed) throw new ObjectDisposedException(nameof(Rtl8139Driver), "The driver was closed.");
            return _readers.Join();
        }
    }

    internal void CountMissed()
    {
        uint missed = _registers.Read32(Rtl8139Register.Missed) & 0xFF_FFFF;
        if (missed == 0) return;
        _missed += missed;
        _registers.Write32(Rtl8139Register.Missed, 0);
    }

    /// <summary>Nothing comes any more: those who wait are told. Frames that have come can still be read. With the gate held.</summary>
    internal void Close(bool lost)
    {
        _lost |= lost;
        _closed = true;
        while (_readers.Next())
        {
        }
    }

    private static (CommonBuffer Memory, ReceiveRing Ring) Allocate(DmaAdapter adapter, int wanted)
    {
        const int smallest = 8192;
        var options = new CommonBufferOptions { Name = "receive ring", Alignment = 256 };
        for (int length = wanted; length > smallest; length /= 2)
            if (adapter.TryAllocateCommonBuffer(length + Slack, options, out CommonBuffer? memory)) return (memory, new ReceiveRing(length));
        return (adapter.AllocateCommonBuffer(smallest + Slack, options), new ReceiveRing(smallest));
    }

    /// <summary>Judges the record at the position by a copy of its header, and copies its frame.</summary>
    /// <returns>How many bytes it took; 0 when it is not whole yet; -1 when it makes no sense.</returns>
    private int TakeRecord(int available)
    {
        uint header = _memory.Read<uint>(_position);
        ushort status = (ushort)header;
        int length = (int)(header >> 16);
        if (length == StillWriting) return 0;
        int record = ReceiveRing.RecordLength(length);
        int frame = length - ReceiveRing.ChecksumLength;
        if ((status & FrameOk) == 0 || (status & FrameErrors) != 0 || frame is < 1 or > LongestFrame || record > available) return -1;
        int at = (_first + _count) % _lengths.Length;
        Copy(_position + ReceiveRing.HeaderLength, _queue.AsSpan(at * (LongestFrame + 4), frame));
        _lengths[at] = frame;
        _count++;
        _received++;
        _receivedBytes += frame;
        _position = _ring.Next(_position, length);
        _readers.Next();
        return record;
    }

    private void Copy(int from, Span<byte> frame)
    {
        if (Wraps) from &= _ring.Length - 1;
        int room = Wraps ? Math.Min(frame.Length, _ring.Length - from) : frame.Length;
        _memory.Span(from, room).CopyTo(frame);
        if (room < frame.Length) _memory.Span(0, frame.Length - room).CopyTo(frame[room..]);
    }

    private bool TryTakeLocked(Span<byte> buffer, out int length)
    {
        length = 0;
        if (_count == 0) return false;
        length = _lengths[_first];
        int copied = Math.Min(length, buffer.Length);
        if (copied < length) _truncated++;
        _queue.AsSpan(_first * (LongestFrame + 4), copied).CopyTo(buffer);
        _first = (_first + 1) % _lengths.Length;
        _count--;
        if (_held && _count <= _lengths.Length / 2) Resume();
        return true;
    }

    /// <summary>There is room again for what waits in the ring.</summary>
    private void Resume()
    {
        _held = false;
        try
        {
            Sweep(0);
        }
        catch (DeviceLostException)
        {
            Close(lost: true);
        }
    }

    /// <summary>What stands in the ring makes no sense: it is lost, and the receiver begins anew.</summary>
    private void Restart()
    {
        _resets++;
        CountMissed();
        _registers.Write8(Rtl8139Register.Command, Rtl8139Register.TransmitterOn);

        // Nothing is accepted until the configuration is written again, which empties the ring.
        _registers.Write32(Rtl8139Register.ReceiveConfig, 0);
        Prepare();
        _registers.Write8(Rtl8139Register.Command, Rtl8139Register.TransmitterOn | Rtl8139Register.ReceiverOn);
        Configure();
    }
}
