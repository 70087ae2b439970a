using System.Buffers.Binary;

namespace DmaKit.Emulation;

/// <summary>
/// What a Fusion MPT adapter is told: SCSI requests posted to its queue, with their lists of elements. It has them until its reply was read, or until it was reset.
/// </summary>
internal sealed class FusionToldReader : ToldReader
{
    private const int FrameLength = 0x30, ListStart = 0x30, FrameEnd = 512;
    private const long Doorbell = 0x00, Diagnostic = 0x08, RequestQueue = 0x40, ReplyQueue = 0x44;
    private const byte ScsiIo = 0, IocInit = 2;

    private readonly byte[] _frame = new byte[FrameLength];
    private readonly byte[] _element = new byte[12];
    private readonly List<uint> _words = [];
    private uint _wordsLeft;
    private uint _frameHigh;
    private uint _senseHigh;

    internal override void Write(OracleTap tap, int bar, long offset, int size, ulong value)
    {
        if (bar is not (0 or 1) || size != 4) return;
        uint word = (uint)value;
        switch (offset)
        {
            case Doorbell when _wordsLeft > 0:
                TakeWord(word);
                break;
            case Doorbell when word >> 24 == 0x42:
                _words.Clear();
                _wordsLeft = word >> 16 & 0xFF;
                break;
            case Doorbell when word >> 24 == 0x40:
            case Diagnostic when (word & 0x4) != 0:
                Reset(tap);
                break;
            case RequestQueue:
                Take(tap, (ulong)_frameHigh << 32 | (word & ~3u));
                break;
        }
    }

    internal override void Read(OracleTap tap, int bar, long offset, ulong value)
    {
        if (offset != ReplyQueue || bar is not (0 or 1) || (uint)value == uint.MaxValue) return;
        uint reply = (uint)value;
        if (reply >> 31 == 0)
        {
            tap.Ledger.Release(reply);
            return;
        }

        Span<byte> header = stackalloc byte[12];
        if (tap.TryPeek((ulong)_frameHigh << 32 | reply << 1, header)) tap.Ledger.Release(BinaryPrimitives.ReadUInt32LittleEndian(header[8..]));
    }

    internal override void Reset(OracleTap tap)
    {
        tap.Ledger.Clear();
        _wordsLeft = 0;
    }

    /// <summary>A word of a message that is handed over in the doorbell. IOC INIT says where frames and sense data lie.</summary>
    private void TakeWord(uint word)
    {
        _words.Add(word);
        if (--_wordsLeft > 0 || _words[0] >> 24 != IocInit || _words.Count < 6) return;
        (_frameHigh, _senseHigh) = (_words[4], _words[5]);
    }

    private void Take(OracleTap tap, ulong at)
    {
        if (!tap.TryPeek(at, _frame) || _frame[3] != ScsiIo) return;
        uint context = Word(_frame, 0x08);
        bool writes = (Word(_frame, 0x14) >> 24 & 3) == 2;
        tap.Tell(context, at, FrameLength, writes: false);
        if (_frame[5] > 0) tap.Tell(context, (ulong)_senseHigh << 32 | Word(_frame, 0x2C), _frame[5], writes: true);
        WalkList(tap, at, context, writes, Word(_frame, 0x28));
    }

    private void WalkList(OracleTap tap, ulong segment, uint context, bool writes, long needed)
    {
        (uint place, uint end, uint chain) = (ListStart, FrameEnd, _frame[2] * 4u);
        for (int looks = 0; needed > 0 && looks < 4096; looks++)
        {
            if (place + 8 > end || !tap.TryPeek(segment + place, _element)) return;
            uint flags = Word(_element, 0);
            bool wide = (flags & 1u << 25) != 0;
            ulong address = Word(_element, 4) | (wide ? (ulong)Word(_element, 8) << 32 : 0);
            place += wide ? 12u : 8u;
            if ((flags >> 28 & 3) == 3)
            {
                (segment, end, chain, place) = (address, flags & 0xFFFF, (flags >> 16 & 0xFF) * 4, 0);
                continue;
            }

            uint length = (uint)Math.Min(flags & 0xFFFFFF, needed);
            tap.Tell(context, address, length, writes);
            needed -= length;
            if ((flags & 1u << 31) != 0) place = chain;
        }
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
