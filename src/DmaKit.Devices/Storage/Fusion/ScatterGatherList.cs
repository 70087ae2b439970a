using System.Buffers.Binary;

namespace DmaKit.Devices;

/// <summary>
/// Reads a command's scatter-gather list out of its frame and its chain segments, in steps, keeps the elements, and moves data
/// through them. The arrays grow and stay.
/// </summary>
/// <remarks>
/// An element is a word of flags and length, then an address of 32 or 64 bits: bit 31 last of its segment, 29:28 type (01 simple,
/// 11 chain), 25 address of 64 bits, 24 end of the list, 23:0 length. A chain element has the next segment's length in 15:0 and
/// the place of that segment's own chain element, in words, in 23:16 (0: none). Source: the public MPI 1.5 headers.
/// </remarks>
internal sealed class ScatterGatherList
{
    /// <summary>The most elements that are kept: 256 MiB in pages.</summary>
    private const int MostElements = 65_536;

    /// <summary>The most chain segments: MaxChainDepth of IOC FACTS.</summary>
    private const int MostSegments = 34;

    private ulong[] _addresses = new ulong[64];
    private uint[] _lengths = new uint[64];
    private readonly byte[] _element = new byte[12];
    private int _count;

    // Reading.
    private ulong _segment;
    private uint _segmentEnd;
    private uint _chainAt;
    private uint _at;
    private bool _chainIsNext;
    private int _segments;
    private long _needed;

    // Moving.
    private int _current;
    private uint _used;

    /// <summary>Begins with the list in a request frame.</summary>
    /// <param name="frame">Where the frame lies.</param>
    /// <param name="chainAt">Where the chain element is, in bytes from the frame's start; 0 for none.</param>
    /// <param name="needed">How many bytes the list must describe.</param>
    public void Begin(ulong frame, int chainAt, long needed)
    {
        (_segment, _segmentEnd, _chainAt, _at) = (frame, FusionWire.RequestFrameLength, (uint)chainAt, FusionWire.ScatterGather);
        (_chainIsNext, _segments, _needed, _count, _current, _used) = (false, 0, needed, 0, 0, 0);
    }

    /// <summary>Reads on.</summary>
    /// <param name="port">The way to memory.</param>
    /// <param name="budget">The most elements to read now.</param>
    public ScatterGatherResult ReadOn(DevicePort port, int budget)
    {
        while (_needed > 0)
        {
            if (budget-- == 0) return ScatterGatherResult.More;
            if (!TryElement(port, out uint flags, out ulong address, out ScatterGatherResult failure)) return failure;

            uint length = flags & 0xFFFFFF;
            bool isChain = (flags >> 28 & 3) == 3;
            if (isChain)
            {
                if (!Follow(flags, address)) return ScatterGatherResult.Invalid;
                continue;
            }

            if ((flags >> 28 & 3) != 1 || _chainIsNext) return ScatterGatherResult.Invalid;
            if (length != 0)
            {
                if (_count == MostElements) return ScatterGatherResult.TooLong;
                Keep(address, (uint)Math.Min(length, _needed));
            }

            const uint lastOfSegment = 1u << 31, endOfList = 1u << 24;
            if (_needed == 0) break;
            if ((flags & endOfList) != 0) return ScatterGatherResult.Invalid;
            if ((flags & lastOfSegment) == 0) continue;
            if (_chainAt < _at) return ScatterGatherResult.Invalid;
            _at = _chainAt;
            _chainIsNext = true;
        }

        return ScatterGatherResult.Complete;
    }

    /// <summary>Writes bytes to the memory that comes next in the list.</summary>
    /// <returns>False when the platform refused.</returns>
    public bool Scatter(DevicePort port, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            int length = NextRun(source.Length, out ulong start, out uint offset);
            if (!port.TryWriteAt(start, offset, source[..length])) return false;
            source = source[length..];
        }

        return true;
    }

    /// <summary>Reads the bytes that come next in the list.</summary>
    /// <returns>False when the platform refused.</returns>
    public bool Gather(DevicePort port, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int length = NextRun(destination.Length, out ulong start, out uint offset);
            if (!port.TryReadAt(start, offset, destination[..length])) return false;
            destination = destination[length..];
        }

        return true;
    }

    private int NextRun(int most, out ulong start, out uint offset)
    {
        uint left = _lengths[_current] - _used;
        int length = (int)Math.Min(left, (uint)most);
        (start, offset) = (_addresses[_current], _used);
        _used += (uint)length;
        if (_used == _lengths[_current])
        {
            _current++;
            _used = 0;
        }

        return length;
    }

    private bool TryElement(DevicePort port, out uint flags, out ulong address, out ScatterGatherResult failure)
    {
        (flags, address, failure) = (0, 0, ScatterGatherResult.Invalid);
        if (_at + 8 > _segmentEnd) return false;

        failure = ScatterGatherResult.Refused;
        if (!port.TryReadAt(_segment, _at, _element.AsSpan(0, 8))) return false;
        flags = BinaryPrimitives.ReadUInt32LittleEndian(_element);
        address = BinaryPrimitives.ReadUInt32LittleEndian(_element.AsSpan(4));
        if ((flags & 1u << 25) == 0)
        {
            _at += 8;
            return true;
        }

        failure = ScatterGatherResult.Invalid;
        if (_at + 12 > _segmentEnd) return false;

        failure = ScatterGatherResult.Refused;
        if (!port.TryReadAt(_segment, _at + 8, _element.AsSpan(8, 4))) return false;
        address |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(_element.AsSpan(8)) << 32;
        _at += 12;
        return true;
    }

    private bool Follow(uint flags, ulong address)
    {
        uint length = flags & 0xFFFF;
        if (length < 8 || ++_segments > MostSegments) return false;
        (_segment, _segmentEnd, _chainAt, _at) = (address, length, (flags >> 16 & 0xFF) * 4, 0);
        _chainIsNext = false;
        return true;
    }

    private void Keep(ulong address, uint length)
    {
        if (_count == _addresses.Length)
        {
            Array.Resize(ref _addresses, _count * 2);
            Array.Resize(ref _lengths, _count * 2);
        }

        (_addresses[_count], _lengths[_count]) = (address, length);
        _count++;
        _needed -= length;
    }
}
