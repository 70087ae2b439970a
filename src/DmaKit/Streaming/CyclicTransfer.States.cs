namespace DmaKit;

/// <content>Prepare, start, drain, stop.</content>
public sealed partial class CyclicTransfer
{
    private ITimer? _poll;
    private int _stopping;
    private bool _held;

    /// <summary>Makes the ring silent and ready to be filled, or to capture. Positions go on from where they were.</summary>
    /// <exception cref="DmaMisuseException">The transfer is not stopped.</exception>
    public void Prepare()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        EnterUse();
        CyclicState found;
        try
        {
            lock (_gate)
            {
                found = _state;
                if (found == CyclicState.Stopped) MakeReady();
            }
        }
        finally
        {
            LeaveUse();
        }

        if (found != CyclicState.Stopped) throw Refuse("ring-in-wrong-state", $"Prepare on ring '{Name}' in state {found}; legal: Stopped.");
    }

    /// <summary>Starts the device, after <see cref="Prepare"/> if that was not called.</summary>
    /// <exception cref="DmaMisuseException">The transfer moves already.</exception>
    public void Start()
    {
        if (State == CyclicState.Stopped) Prepare();
        long reports;
        CyclicState found;
        lock (_gate)
        {
            reports = _counted.Reports;
            found = _state;
            if (found == CyclicState.Prepared)
            {
                BeginClock();
                _held = false;
                _state = CyclicState.Running;
            }
        }

        // Who listens to refusals may be the program: told outside of the lock.
        if (found != CyclicState.Prepared) throw Refuse("ring-in-wrong-state", $"Start on ring '{Name}' in state {found}; legal: Stopped, Prepared.");

        try
        {
            _device.Start(this);
        }
        catch
        {
            lock (_gate) _state = CyclicState.Stopped;
            throw;
        }

        // However long it took to start the device: it has not gone round the ring meanwhile without a report.
        lock (_gate)
            if (_counted.Reports == reports) _reported = _time.GetTimestamp();
        if (_options.PollInterval > TimeSpan.Zero)
            _poll = _time.CreateTimer(static state => ((CyclicTransfer)state!).PollNow(), this, _options.PollInterval, _options.PollInterval);
    }

    /// <summary>
    /// Told by a driver that pauses its device: the device stands still, or goes on, and the time between says nothing of its position. Report the
    /// position after the pause has begun, before this. Legal in callback context.
    /// </summary>
    /// <param name="held">Whether the device stands still.</param>
    public void SetHeld(bool held)
    {
        lock (_gate)
        {
            if (!IsMoving || held == _held) return;
            _held = held;
            if (!held) BeginClock();
        }
    }

    /// <summary>Asks the device for its position, where the device can be asked. Legal in callback context.</summary>
    public void Poll()
    {
        if (IsMoving) _device.Poll(this);
    }

    /// <summary>Lets the device play what is queued, to the end of its FIFO, and stops it. A capture is stopped at once; what it has can still be read.</summary>
    /// <param name="cancellationToken">Gives up waiting; the device goes on to the end all the same.</param>
    /// <exception cref="DmaMisuseException">The transfer does not move.</exception>
    public async ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        CallbackContext.Forbid("CyclicTransfer.DrainAsync", "drain from outside the handlers, or call Stop");
        if (!IsPlayback)
        {
            Stop();
            return;
        }

        EnterUse();
        CyclicState found;
        ValueTask<bool> played = default;
        try
        {
            lock (_gate)
            {
                found = _state;
                if (IsMoving) BeginDrain();
            }

            if (found is CyclicState.Running or CyclicState.Draining) played = _drainWaiter.WaitAsync(0, cancellationToken);
        }
        finally
        {
            LeaveUse();
        }

        if (found is not (CyclicState.Running or CyclicState.Draining)) throw Refuse("ring-in-wrong-state", $"DrainAsync on ring '{Name}' in state {found}; legal: Running.");
        await played.ConfigureAwait(false);
    }

    /// <summary>
    /// Stops the device at once. What it has not reached is dropped and counted; positions go on behind it. What was captured can still be
    /// read. Legal in callback context; a second call does nothing.
    /// </summary>
    public void Stop()
    {
        bool moved;
        lock (_gate)
        {
            if (_state == CyclicState.Stopped || Interlocked.Exchange(ref _stopping, 1) != 0) return;
            moved = IsMoving;
        }

        try
        {
            _poll?.Dispose();
            _poll = null;
            if (moved)
            {
                _device.Stop(this);

                // Where it came to a stand, so that the books are exact.
                _device.Poll(this);
            }
        }
        finally
        {
            lock (_gate)
            {
                _state = CyclicState.Stopped;
                if (IsPlayback)
                {
                    long end = Math.Max(_end, _position);
                    _counted = _counted with { DroppedBytes = _counted.DroppedBytes + (end - _position) };
                    (_position, _end, _accounted) = (end, end, end);
                }

                Interlocked.Exchange(ref _stopping, 0);
                WakeWaiters();
            }
        }
    }

    /// <summary>Under the gate: the ring is silent, and positions go on from where they were.</summary>
    private void MakeReady()
    {
        long unread = IsPlayback ? 0 : _position - _read;
        _counted = _counted with { DroppedBytes = _counted.DroppedBytes + unread };
        _origin = _position;
        (_end, _accounted, _read) = (_position, _position, _position);
        _clean = _position + RingBytes;
        _inUnderrun = false;
        _writeTime = 0;
        FillSilence(_position, _clean);
        _state = CyclicState.Prepared;
    }

    /// <summary>Under the gate: from here on nothing is to be heard twice.</summary>
    private void BeginDrain()
    {
        if (_state == CyclicState.Running && _options.Underrun == UnderrunPolicy.Repeat) FillSilence(Math.Max(_end, _position), _position + RingBytes);
        _state = CyclicState.Draining;
    }

    private void BeginClock()
    {
        _clock.Restart();
        _reported = _looked = _time.GetTimestamp();
        _clock.Report(_reported, _position / FrameBytes);
    }

    private void PollNow()
    {
        try
        {
            Poll();
        }
        catch (ObjectDisposedException)
        {
            // The transfer ended, and its function was closed, while the timer's thread was on its way here.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The device is gone, or its driver has a bug: on a timer's thread there is nobody to throw to, and nothing left to ask.
            _poll?.Dispose();
            Adapter.Function.Platform.Misuse.Report(new MisuseReport("ring-poll-failed", e.Message, Name, e));
        }
    }
}
