using DmaKit.Native;

namespace DmaKit;

/// <content>Capture: what is read behind the device.</content>
public sealed partial class CyclicTransfer
{
    private long _read;
    private int _readLength;

    // What was lost since the position that the reader was told last.
    private long _lostSinceRead;

    /// <summary>The position of the next byte to be read.</summary>
    public long ReadPosition
    {
        get
        {
            lock (_gate) return _read;
        }
    }

    /// <summary>How many captured bytes can be read now.</summary>
    public long Available
    {
        get
        {
            lock (_gate) return AvailableNow;
        }
    }

    private long AvailableNow => IsPlayback ? 0 : _position - _read;

    /// <summary>Copies captured bytes out, the oldest first. Those that the device overwrote before, or while, they were read are lost and counted; the numbers go on.</summary>
    /// <param name="destination">Where to; whole frames are read.</param>
    /// <returns>Position and number of bytes, 0 when there are none.</returns>
    /// <exception cref="DmaMisuseException">Another thread is reading, or the transfer plays.</exception>
    public CyclicRead Read(Span<byte> destination)
    {
        BeginRead();
        try
        {
            long lost = 0;
            while (true)
            {
                CyclicSpans part = AcquireOldest(destination.Length, out long skipped);
                lost += skipped;
                part.CopyTo(destination);
                int torn = Release(part.Length);
                if (torn == 0 || part.Length == 0) return new CyclicRead(part.Position, part.Length, lost);

                // The device came over the oldest bytes while they were copied. What is left of the copy is whole.
                lost += torn;
                int left = part.Length - torn;
                if (left == 0) continue;
                destination[torn..part.Length].CopyTo(destination);
                return new CyclicRead(part.Position + torn, left, lost);
            }
        }
        finally
        {
            LeaveUse();
        }
    }

    /// <summary>Gives captured bytes in place, the oldest first. <see cref="CommitRead"/> ends it.</summary>
    /// <param name="length">How many bytes are wanted; whole frames are given.</param>
    /// <param name="lost">How many bytes before them were overwritten before they were read.</param>
    /// <exception cref="DmaMisuseException">What was acquired before was not committed, or the transfer plays.</exception>
    public CyclicSpans AcquireRead(int length, out long lost)
    {
        BeginRead();
        return AcquireOldest(length, out lost);
    }

    /// <summary>Ends what <see cref="AcquireRead"/> began.</summary>
    /// <param name="length">How many bytes are done with: whole frames, at most what was acquired.</param>
    /// <returns>How many of the first of them the device may have overwritten while they were looked at: they count as lost.</returns>
    /// <exception cref="DmaMisuseException">Nothing was acquired.</exception>
    public int CommitRead(int length)
    {
        if (_busy == 0) throw Refuse("ring-committed-without-acquire", $"CommitRead on ring '{Name}' without AcquireRead.");
        CheckFrames(length, nameof(length));
        if (length < 0 || length > _readLength)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"{length} bytes are committed; {_readLength} were acquired.");
        try
        {
            return Release(length);
        }
        finally
        {
            LeaveUse();
        }
    }

    private void BeginRead()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (IsPlayback) throw Refuse("ring-used-in-wrong-direction", $"Ring '{Name}' plays: write to it.");
        EnterUse();
        _readLength = 0;
    }

    private CyclicSpans AcquireOldest(int length, out long lost)
    {
        Look();
        long position;
        lock (_gate)
        {
            // What the device may be writing over by now is not the oldest any more.
            long oldest = FurthestAt(_time.GetTimestamp()) - RingBytes;
            lost = _lostSinceRead + Skip(Math.Min(FrameUp(Math.Max(oldest, _read)), _position));
            _lostSinceRead = 0;
            position = _read;
            _readLength = (int)(Math.Min(length, _position - _read) / FrameBytes * FrameBytes);
        }

        Fence.Acquire();
        return Part(position, _readLength);
    }

    private int Release(int length)
    {
        if (IsMoving) _device.Poll(this);
        lock (_gate)
        {
            // Reports that came meanwhile may have moved on over some of it already: those bytes are in the books as lost.
            long start = _read - _lostSinceRead;
            long end = start + length;
            long oldest = FrameUp(FurthestAt(_time.GetTimestamp()) - RingBytes);
            if (oldest > _read) _lostSinceRead += Skip(Math.Min(oldest, Math.Max(end, _read)));
            int torn = (int)Math.Min(length, _read - start);
            _lostSinceRead = Math.Max(0, _read - end);
            if (end > _read)
            {
                _counted = _counted with { ReadBytes = _counted.ReadBytes + (end - _read) };
                _read = end;
            }

            return torn;
        }
    }

    private bool AdvanceCapture(long position)
    {
        _position = position;
        if (_position - _read > RingBytes) _lostSinceRead += Skip(_position - RingBytes);
        return false;
    }

    /// <summary>Gives up unread bytes before a position.</summary>
    private long Skip(long to)
    {
        long lost = to - _read;
        if (lost <= 0) return 0;
        _read = to;
        _counted = _counted with { Overruns = _counted.Overruns + 1, OverrunBytes = _counted.OverrunBytes + lost };
        return lost;
    }
}
