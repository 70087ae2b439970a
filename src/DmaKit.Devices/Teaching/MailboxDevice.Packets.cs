using System.Buffers.Binary;

namespace DmaKit.Devices;

// The queue, which lives in the packets, and what packets ask for.
public sealed partial class MailboxDevice
{
    private const int PageLength = 4096;

    private readonly byte[] _memory = new byte[MemoryLength];
    private readonly byte[] _packet = new byte[MailboxPacket.Length];
    private readonly byte[] _scratch = new byte[MailboxPacket.ScratchLength];
    private Action? _turn;
    private bool _turnAsked;
    private bool _stopped;

    // All that the device itself keeps of its queue: both ends, the number between them, and where the sequence stands.
    private ulong _first;
    private ulong _last;
    private int _queued;
    private uint _firstSequence;
    private uint _nextSequence;

    private void ForgetQueue()
    {
        (_first, _last, _queued) = (0, 0, 0);
        (_firstSequence, _nextSequence) = (0, 0);
        (_turnAsked, _stopped) = (false, false);
    }

    /// <summary>Links a packet behind the last one, in the packets' own scratch.</summary>
    private void Post(ulong packet)
    {
        _tally.DoorbellRung();
        if (_stopped) return;
        if (packet % MailboxPacket.Alignment != 0)
        {
            Report(MailboxError.PacketMisaligned, packet);
            return;
        }

        if (_queued + _completed.Count >= QueueDepth)
        {
            Report(MailboxError.QueueFull, packet);
            return;
        }

        Array.Clear(_scratch);
        BinaryPrimitives.WriteUInt32LittleEndian(_scratch, MailboxPacket.StateQueued);
        BinaryPrimitives.WriteUInt32LittleEndian(_scratch.AsSpan(MailboxPacket.Sequence - MailboxPacket.Scratch), _nextSequence);
        if (!TryWrite(packet, MailboxPacket.Scratch, _scratch))
        {
            Report(MailboxError.PacketRefused, packet);
            return;
        }

        Span<byte> link = _scratch.AsSpan(0, 8);
        BinaryPrimitives.WriteUInt64LittleEndian(link, packet);
        if (_queued == 0)
        {
            _first = packet;
            _firstSequence = _nextSequence;
        }
        else if (!TryWrite(_last, MailboxPacket.Link, link))
        {
            Stop(_last);
            return;
        }

        _last = packet;
        _nextSequence++;
        _queued++;
        AskForTurn();
    }

    private void AskForTurn()
    {
        if (_turnAsked || _stopped || _queued == 0 || (_control & Run) == 0) return;
        _turnAsked = true;
        _turn ??= DoFirst;
        if (_options.PacketDelay == TimeSpan.Zero) Port.Defer(_turn);
        else Port.Schedule(_options.PacketDelay, _turn);
    }

    /// <summary>The links lead nowhere: the device stops until it is reset.</summary>
    private void Stop(ulong packet)
    {
        _stopped = true;
        _queued = 0;
        Report(MailboxError.QueueCorrupt, packet);
    }

    private void DoFirst()
    {
        _turnAsked = false;
        if ((_control & Run) == 0 || _queued == 0) return;

        ulong packet = _first;
        if (!Port.TryReadAt(packet, 0, _packet)
            || Double(MailboxPacket.State) != MailboxPacket.StateQueued
            || Double(MailboxPacket.Sequence) != _firstSequence)
        {
            Stop(packet);
            return;
        }

        // Taken before the work: from now on the driver sees that it runs.
        _first = BinaryPrimitives.ReadUInt64LittleEndian(_packet.AsSpan(MailboxPacket.Link));
        _firstSequence++;
        _queued--;
        WriteState(packet, MailboxPacket.StateRunning);

        uint context = Double(MailboxPacket.Context);
        (uint moved, uint value) = (0, 0);
        MailboxStatus status = context == MailboxPacket.NoContext ? MailboxStatus.ReservedContext : Check();
        if (status == MailboxStatus.Success) status = Do(out moved, out value);
        Answer(packet, context, status, moved, value);
        AskForTurn();
    }

    private void Answer(ulong packet, uint context, MailboxStatus status, uint moved, uint value)
    {
        WriteState(packet, MailboxPacket.StateDone);

        // The status comes last: a driver that polls it finds the rest there.
        Span<byte> result = stackalloc byte[MailboxPacket.ResultLength];
        result.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(result[4..], moved);
        BinaryPrimitives.WriteUInt32LittleEndian(result[8..], value);
        bool written = TryWrite(packet, MailboxPacket.Transferred, result[4..]);
        BinaryPrimitives.WriteUInt32LittleEndian(result, (uint)status);
        written &= TryWrite(packet, MailboxPacket.Status, result[..4]);

        _tally.CommandFinished();
        if (!written) Report(MailboxError.PacketRefused, packet);
        if (status == MailboxStatus.ReservedContext)
        {
            Report(MailboxError.ReservedContext, packet);
            return;
        }

        _completed.Enqueue(context);
        SetCause(CompletionCause, set: true);
    }

    /// <summary>Holds the packet against the device's limits.</summary>
    private MailboxStatus Check()
    {
        ushort opcode = Word(MailboxPacket.Opcode);
        if (opcode is < MailboxPacket.OpcodeRead or > MailboxPacket.OpcodeChecksum) return MailboxStatus.UnknownOpcode;

        ulong end = (ulong)Double(MailboxPacket.DeviceOffset) + Double(MailboxPacket.DataLength);
        if (end > MemoryLength) return MailboxStatus.OutsideDeviceMemory;
        if (opcode is MailboxPacket.OpcodeFill or MailboxPacket.OpcodeChecksum) return MailboxStatus.Success;

        int elements = Word(MailboxPacket.ElementCount);
        if (elements > MailboxPacket.MostElements) return MailboxStatus.TooManyElements;
        if (_options.NeedsContiguous && elements > 1) return MailboxStatus.NotContiguous;

        ulong sum = 0;
        for (int i = 0; i < elements; i++)
        {
            (ulong address, uint length) = Element(i);
            if (_options.NeedsPageAligned && address % PageLength != 0) return MailboxStatus.NotPageAligned;
            sum += length;
        }

        return sum == Double(MailboxPacket.DataLength) ? MailboxStatus.Success : MailboxStatus.WrongLength;
    }

    private MailboxStatus Do(out uint moved, out uint value)
    {
        (moved, value) = (0, 0);
        uint length = Double(MailboxPacket.DataLength);
        Span<byte> part = _memory.AsSpan((int)Double(MailboxPacket.DeviceOffset), (int)length);
        switch (Word(MailboxPacket.Opcode))
        {
            case MailboxPacket.OpcodeFill:
                part.Fill((byte)Double(MailboxPacket.Argument));
                return MailboxStatus.Success;
            case MailboxPacket.OpcodeChecksum:
                value = Adler32(part);
                return MailboxStatus.Success;
            default:
                return Transfer(part, Word(MailboxPacket.Opcode) == MailboxPacket.OpcodeRead, out moved);
        }
    }

    private MailboxStatus Transfer(Span<byte> part, bool toMemory, out uint moved)
    {
        moved = 0;
        for (int i = 0; i < Word(MailboxPacket.ElementCount); i++)
        {
            (ulong address, uint length) = Element(i);
            Span<byte> piece = part.Slice((int)moved, (int)length);
            if (!(toMemory ? Port.TryWriteAt(address, 0, piece) : Port.TryReadAt(address, 0, piece))) return MailboxStatus.DataRefused;
            moved += length;
        }

        return MailboxStatus.Success;
    }

    /// <summary>Adler-32, RFC 1950 8.2: two sums modulo the largest prime below 2^16.</summary>
    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        // Of so many bytes the sums still fit 32 bits.
        const int longestRun = 5_552;
        const uint modulus = 65_521;
        (uint low, uint high) = (1, 0);
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> run = bytes[..Math.Min(longestRun, bytes.Length)];
            foreach (byte value in run)
            {
                low += value;
                high += low;
            }

            (low, high) = (low % modulus, high % modulus);
            bytes = bytes[run.Length..];
        }

        return high << 16 | low;
    }

    private (ulong Address, uint Length) Element(int index)
    {
        ReadOnlySpan<byte> element = _packet.AsSpan(MailboxPacket.Elements + index * MailboxPacket.ElementLength, MailboxPacket.ElementLength);
        return (BinaryPrimitives.ReadUInt64LittleEndian(element), BinaryPrimitives.ReadUInt32LittleEndian(element[8..]));
    }

    private void WriteState(ulong packet, uint state)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(word, state);
        TryWrite(packet, MailboxPacket.State, word);
    }

    private bool TryWrite(ulong packet, int offset, ReadOnlySpan<byte> bytes) =>
        Port.TryWriteAt(packet, (uint)offset, bytes);

    private uint Double(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_packet.AsSpan(offset));

    private ushort Word(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_packet.AsSpan(offset));
}
