using DmaKit.Native;

namespace DmaKit;

/// <content>Playing: what is written ahead of the device.</content>
public sealed partial class CyclicTransfer
{
    // The end of what was written; everything before it is data or a gap that was accounted for.
    private long _end;

    // Positions before this one that nobody wrote are in the books already.
    private long _accounted;

    // Up to here the ring holds what belongs to its positions: data, or silence.
    private long _clean;

    // Up to here what the device fetched from beyond that is in the books.
    private long _stale;
    private bool _inUnderrun;

    // The write that is going on between acquire and commit.
    private long _writePosition;
    private int _writeLength;
    private long _writeStarted;
    private bool _writeIsAppend;

    // How long a write took lately: a maximum that is forgotten slowly.
    private long _writeTime;

    /// <summary>The end of what was written: the position that follows the last byte. Never before <see cref="Position"/> but for an underrun.</summary>
    public long End
    {
        get
        {
            lock (_gate) return _end;
        }
    }

    /// <summary>How many bytes are queued ahead of the device.</summary>
    public long Lead
    {
        get
        {
            lock (_gate) return Math.Max(0, _end - _position);
        }
    }

    /// <summary>How many bytes can be appended now, and be heard in time.</summary>
    public long Space
    {
        get
        {
            lock (_gate) return SpaceNow;
        }
    }

    /// <summary>The first position that is not in the ring any more, or not yet: nothing can be written from it on.</summary>
    public long Limit
    {
        get
        {
            lock (_gate) return _position + RingBytes;
        }
    }

    // Counted from where the next append goes, so that a wait for room ends when an append finds it.
    private long SpaceNow => _state is CyclicState.Prepared or CyclicState.Running
        ? Math.Max(0, _position + RingBytes - Math.Max(_end, FurthestAt(_time.GetTimestamp() + _writeTime)))
        : 0;

    /// <summary>
    /// The first position that can still be written in time: where the device will be at the end of the write by its clock, further by what
    /// that may be wrong, the device's FIFO and the accuracy of its position. Legal in callback context.
    /// </summary>
    /// <param name="writeTime">How long the write will take, from now on.</param>
    public long SafeWritePosition(TimeSpan writeTime)
    {
        lock (_gate) return FurthestAt(_time.GetTimestamp() + (long)(writeTime.TotalSeconds * _time.TimestampFrequency));
    }

    /// <summary>Writes behind what was written before; after an underrun where it can be heard, and the gap is counted.</summary>
    /// <param name="data">Whole frames.</param>
    /// <returns>How much there was room for, and what was late. Nothing is written while the transfer is stopped or draining.</returns>
    /// <exception cref="ArgumentException">The data ends within a frame.</exception>
    /// <exception cref="DmaMisuseException">Another thread is writing, or the transfer captures.</exception>
    public CyclicWrite Append(ReadOnlySpan<byte> data) => Write(null, data);

    /// <summary>
    /// Writes at a position: over what was written before, or further ahead. What the device may have reached by the end of the write is not
    /// written but reported as late. What lies between the end of earlier data and the position is silent.
    /// </summary>
    /// <param name="position">Where the first byte is to be heard, a whole number of frames.</param>
    /// <param name="data">Whole frames.</param>
    /// <returns>The first position written, how much, and what was late. Nothing is written while the transfer is stopped or draining.</returns>
    /// <exception cref="ArgumentException">The position or the end of the data lies within a frame.</exception>
    /// <exception cref="DmaMisuseException">Another thread is writing, or the transfer captures.</exception>
    public CyclicWrite WriteAt(long position, ReadOnlySpan<byte> data) => Write(position, data);

    /// <summary>Gives the place in the ring behind what was written before, to be filled in place. <see cref="CommitWrite"/> ends it.</summary>
    /// <param name="length">How many bytes are wanted.</param>
    /// <returns>The place, as long as there is room; empty when there is none, or the transfer is stopped or draining.</returns>
    /// <exception cref="DmaMisuseException">An acquired place was not committed, or the transfer captures.</exception>
    public CyclicSpans AcquireWrite(int length)
    {
        BeginWrite();
        return Acquire(null, length, out _);
    }

    /// <summary>Gives the place in the ring at a position, to be filled in place. <see cref="CommitWrite"/> ends it.</summary>
    /// <param name="position">Where it is to begin, a whole number of frames.</param>
    /// <param name="length">How many bytes are wanted.</param>
    /// <param name="late">How many bytes at its start are too late: the place begins behind them.</param>
    /// <returns>The place, as long as there is room; empty when there is none, or the transfer is stopped or draining.</returns>
    /// <exception cref="ArgumentException">The position lies within a frame.</exception>
    /// <exception cref="DmaMisuseException">An acquired place was not committed, or the transfer captures.</exception>
    public CyclicSpans AcquireWriteAt(long position, int length, out int late)
    {
        CheckFrames(position, nameof(position));
        BeginWrite();
        return Acquire(position, length, out late);
    }

    /// <summary>Ends what <see cref="AcquireWrite"/> or <see cref="AcquireWriteAt"/> began: the bytes are the device's.</summary>
    /// <param name="length">How many bytes were filled: whole frames, at most what was acquired.</param>
    /// <returns>How many of them may have come late: the device's position is read again.</returns>
    /// <exception cref="DmaMisuseException">Nothing was acquired.</exception>
    /// <exception cref="ArgumentException">The length is more than was acquired, or ends within a frame.</exception>
    public int CommitWrite(int length)
    {
        if (_busy == 0) throw Refuse("ring-committed-without-acquire", $"CommitWrite on ring '{Name}' without AcquireWrite.");
        CheckFrames(length, nameof(length));
        if (length < 0 || length > _writeLength)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"{length} bytes are committed; {_writeLength} were acquired.");
        try
        {
            return Commit(length);
        }
        finally
        {
            LeaveUse();
        }
    }

    private CyclicWrite Write(long? position, ReadOnlySpan<byte> data)
    {
        CheckFrames(data.Length, nameof(data));
        if (position is { } asked) CheckFrames(asked, nameof(position));
        BeginWrite();
        try
        {
            CyclicSpans part = Acquire(position, data.Length, out int late);
            part.CopyFrom(data.Slice(late, part.Length));
            return new CyclicWrite(part.Position, part.Length, late + Commit(part.Length));
        }
        finally
        {
            LeaveUse();
        }
    }

    private void BeginWrite()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (!IsPlayback) throw Refuse("ring-used-in-wrong-direction", $"Ring '{Name}' captures: read from it.");
        EnterUse();
        _writeLength = 0;
    }

    private CyclicSpans Acquire(long? wanted, int length, out int late)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);

        // The freshest position there is: the time of the poll is not lost, as the prediction starts at its end.
        Look();
        late = 0;
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            if (_state is not (CyclicState.Prepared or CyclicState.Running))
            {
                _writePosition = _end;
                return new CyclicSpans(_end, default, default);
            }

            long safe = FurthestAt(now + _writeTime);
            long start = Math.Max(wanted ?? _end, safe);
            if (wanted is { } asked && start > asked)
            {
                late = (int)Math.Min(length, start - asked);
                NoteLate(asked, late);
            }

            long room = Math.Clamp(_position + RingBytes - start, 0, length - late);
            _writeLength = (int)(room / FrameBytes * FrameBytes);
            _writePosition = start;
            _writeStarted = now;
            _writeIsAppend = wanted is null;
        }

        return Part(_writePosition, _writeLength);
    }

    private int Commit(int length)
    {
        // No doorbell follows: the bytes are published here, before the device's position is read again.
        Fence.Publish();
        if (length == 0) return 0;
        long copied = _time.GetTimestamp();
        if (IsMoving) _device.Poll(this);
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            _writeTime = Math.Max(now - _writeStarted, _writeTime - _writeTime / 8);
            long end = _writePosition + length;
            if (_state is not (CyclicState.Prepared or CyclicState.Running))
            {
                // Stopped while the copy went on: nothing of it will be heard.
                return 0;
            }

            long reached = FurthestAt(now);
            if (IsMoving && _looked >= copied) reached = Math.Min(reached, FrameUp(_position + Spread));
            int late = (int)Math.Clamp(reached - _writePosition, 0, length);
            if (late > 0) NoteLate(_writePosition, late);

            // The place of a position that the device is known to have passed belongs to the next lap by now, and was silenced for it.
            if (_writePosition < _position && _options.Underrun != UnderrunPolicy.Repeat) FillSilence(_writePosition, Math.Min(end, _position));
            Book(_writePosition, end);
            return late;
        }
    }

    /// <summary>Keeps the books when data is written: what is new, and what was left out before it.</summary>
    private void Book(long start, long end)
    {
        long known = Math.Max(_end, _accounted);
        long gap = Math.Max(0, start - known);
        if (gap > 0 && _writeIsAppend) NoteUnderrun(known, gap);
        else _counted = _counted with { SilenceBytes = _counted.SilenceBytes + gap };
        long fresh = Math.Max(0, end - Math.Max(start, known));
        _counted = _counted with { DataBytes = _counted.DataBytes + fresh };
        _end = Math.Max(_end, end);
        _inUnderrun &= _end <= _position;
    }

    private void NoteLate(long position, int bytes)
    {
        _counted = _counted with { LateBytes = _counted.LateBytes + bytes };
        _gaps.Add(position, position + bytes);
    }

    private void NoteUnderrun(long position, long bytes)
    {
        _gaps.Add(position, position + bytes);
        _counted = _counted with { UnderrunBytes = _counted.UnderrunBytes + bytes, Underruns = _counted.Underruns + (_inUnderrun ? 0 : 1) };
        _inUnderrun = true;
    }

    /// <summary>The device has come to a position: what was missing is counted, and what it has left behind is made silent for the next lap.</summary>
    private bool AdvancePlayback(long position)
    {
        long known = Math.Max(_end, _accounted);
        bool missing = position > known;
        if (missing)
        {
            if (_state == CyclicState.Draining) _counted = _counted with { SilenceBytes = _counted.SilenceBytes + (position - known) };
            else NoteUnderrun(known, position - known);
            _accounted = position;
        }

        bool repeats = _options.Underrun == UnderrunPolicy.Repeat && _state != CyclicState.Draining;
        long fetched = position + _options.FifoBytes;
        long fresh = Math.Max(_clean, _stale);
        if (fetched > fresh && !repeats)
        {
            _counted = _counted with { StaleBytes = _counted.StaleBytes + (fetched - fresh) };
            _stale = fetched;
        }

        _position = position;
        long clean = position + RingBytes;
        if (!repeats) FillSilence(Math.Max(_clean, position), clean);
        _clean = clean;
        return _state == CyclicState.Draining
            ? position >= _end + _options.FifoBytes
            : missing && _options.Underrun == UnderrunPolicy.Stop;
    }

    private void CheckFrames(long value, string name)
    {
        if (value % FrameBytes != 0) throw new ArgumentException($"{name} is {value} bytes; legal: a multiple of the frame, which has {FrameBytes}.", name);
    }
}
