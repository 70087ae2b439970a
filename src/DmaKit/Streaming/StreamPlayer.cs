namespace DmaKit;

/// <summary>
/// Keeps a ring filled from a <see cref="StreamComposer"/>: composes ahead of the device up to a lead, and writes again what a source that comes, leaves or
/// moves has changed beyond the safe write position.
/// </summary>
/// <remarks>
/// Frame 0 is the position at which the transfer stood when the player was made. For one thread at a time, like composer and ring: while <see cref="RunAsync"/>
/// runs, change sources in its callback. Nothing is allocated in the steady state.
/// </remarks>
public sealed class StreamPlayer
{
    private const int ChunkFrames = 4096;

    private readonly long _origin;
    private readonly int _frameBytes;
    private readonly TimeProvider _time;
    private long _workTime;

    /// <summary>Creates a player.</summary>
    /// <param name="transfer">A playing ring that was prepared and not yet started.</param>
    /// <param name="format">What its frames look like.</param>
    /// <param name="lead">How far ahead of the device sources are mixed; zero, or more than the ring has, is the whole ring.</param>
    /// <exception cref="ArgumentException">The transfer's frames have another size or rate.</exception>
    /// <exception cref="DmaMisuseException">The transfer captures, or is not prepared.</exception>
    public StreamPlayer(CyclicTransfer transfer, StreamFormat format, TimeSpan lead = default)
    {
        ArgumentNullException.ThrowIfNull(transfer);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentOutOfRangeException.ThrowIfLessThan(lead, TimeSpan.Zero);
        if (format.FrameBytes != transfer.FrameBytes || format.Rate != transfer.Rate)
            throw new ArgumentException($"Frames of {format.FrameBytes} bytes at {format.Rate} a second for a ring of {transfer.FrameBytes} bytes at {transfer.Rate}; use the ring's format.", nameof(format));
        if (transfer.State != CyclicState.Prepared || transfer.Direction != DmaDirection.ToDevice)
            throw new DmaMisuseException($"A player for ring '{transfer.Name}' in state {transfer.State}; legal: a playing ring that is Prepared.");
        Transfer = transfer;
        _origin = transfer.Position;
        _frameBytes = format.FrameBytes;
        _time = transfer.Adapter.Function.Platform.Clock;
        long ring = transfer.RingBytes / _frameBytes;
        LeadFrames = (int)Math.Min(lead == TimeSpan.Zero ? ring : (long)Math.Ceiling(lead.TotalSeconds * format.Rate), ring);
        Composer = new StreamComposer(format, (int)ring);
    }

    /// <summary>The ring.</summary>
    public CyclicTransfer Transfer { get; }

    /// <summary>What mixes. Change sources with the player's members: those know what the device has reached by now.</summary>
    public StreamComposer Composer { get; }

    /// <summary>How many frames ahead of the device are mixed.</summary>
    public int LeadFrames { get; }

    /// <summary>The first frame that a source added now can be heard in: the safe write position.</summary>
    public long NextFrame => FrameAfter(Transfer.SafeWritePosition(Time(_workTime)));

    /// <summary>Adds a source. With a start that can still be reached it is heard from exactly that frame on, however much is queued.</summary>
    /// <param name="source">What is played.</param>
    /// <param name="startFrame">The frame of its first frame; null for as soon as can be.</param>
    /// <param name="options">Gain, fades, channels; null for the defaults.</param>
    public ComposedSource Add(IStreamSource source, long? startFrame = null, ComposedSourceOptions? options = null)
    {
        Seal();
        ComposedSource added = Composer.Add(source, startFrame ?? Composer.SealedFrame, options);
        Rewrite();
        return added;
    }

    /// <summary>Takes a source out of all that the device has not reached.</summary>
    /// <param name="source">A source of this player.</param>
    /// <param name="frame">From which frame on, or as soon as can be if that is later.</param>
    public void Remove(ComposedSource source, long frame = 0)
    {
        Seal();
        Composer.Remove(source, frame);
        Rewrite();
    }

    /// <summary>Moves a source to another start.</summary>
    /// <param name="source">A source of this player.</param>
    /// <param name="startFrame">The new frame of its first frame.</param>
    public void Move(ComposedSource source, long startFrame)
    {
        Seal();
        Composer.Move(source, startFrame);
        Rewrite();
    }

    /// <summary>Changes a source's gain.</summary>
    /// <param name="source">A source of this player.</param>
    /// <param name="gain">The new gain, 0 to <see cref="StreamComposer.MaximumGain"/>.</param>
    /// <param name="frame">From which frame on, or as soon as can be if that is later.</param>
    public void SetGain(ComposedSource source, float gain, long frame = 0)
    {
        Seal();
        Composer.SetGain(source, gain, frame);
        Rewrite();
    }

    /// <summary>Mixes what is missing up to the lead. Call it when the transfer is prepared, and then at least twice a lead.</summary>
    /// <param name="endFrame">Nothing is mixed from this frame on; null for no end.</param>
    public void Update(long? endFrame = null)
    {
        long started = _time.GetTimestamp();
        Seal();
        Rewrite();
        while (true)
        {
            long until = Math.Min(Transfer.Limit - _origin, (DeviceFrame + LeadFrames) * _frameBytes) / _frameBytes;

            // Time goes on here: the ring may have room by now that the composer, which was told of the device's position before, has not.
            until = Math.Min(until, Composer.SealedFrame + Composer.LeadFrames);
            if (endFrame is { } end) until = Math.Min(until, end);
            long missing = until - Math.Max(Composer.ComposedFrame, (Transfer.End - _origin) / _frameBytes);
            if (missing <= 0) break;
            CyclicSpans place = Transfer.AcquireWrite((int)Math.Min(missing, ChunkFrames) * _frameBytes);
            int length = place.Length;

            // After an underrun the place is further on than what was composed: what lies between was not heard.
            Composer.Seal(place.Position > Transfer.End ? FrameAfter(place.Position) : Composer.SealedFrame);
            Compose(place);
            Transfer.CommitWrite(length);
            if (length == 0) break;
        }

        long took = _time.GetTimestamp() - started;
        _workTime = Math.Max(took, _workTime - _workTime / 8);
    }

    /// <summary>
    /// Starts the transfer and keeps it filled until it is stopped, or until every source has been heard and the last byte has left the device.
    /// </summary>
    /// <param name="toEnd">Whether it ends with its sources; else it plays silence and goes on.</param>
    /// <param name="changes">Called before each update, where sources may be changed; null for nothing.</param>
    /// <param name="cancellationToken">Stops the transfer.</param>
    public async ValueTask RunAsync(bool toEnd, Action<StreamPlayer>? changes = null, CancellationToken cancellationToken = default)
    {
        changes?.Invoke(this);
        Update(End(toEnd));
        Transfer.Start();
        try
        {
            while (Transfer.State == CyclicState.Running && !(toEnd && Composer.ComposedFrame >= Composer.EndFrame))
            {
                long next = Transfer.Position + Math.Max(_frameBytes, Math.Min(Transfer.PeriodBytes, (long)LeadFrames * _frameBytes / 4));
                if (!await Transfer.WaitForPositionAsync(next, cancellationToken).ConfigureAwait(false)) break;
                changes?.Invoke(this);
                Update(End(toEnd));
            }

            if (toEnd && Transfer.State == CyclicState.Running) await Transfer.DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Transfer.Stop();
        }
    }

    private long? End(bool toEnd) => toEnd ? Composer.EndFrame : null;

    private long DeviceFrame
    {
        get
        {
            long position = Transfer.Position;
            if (Transfer.State == CyclicState.Running) position = Math.Max(position, Transfer.DeviceClock.Predict(_time.GetTimestamp()).Position * _frameBytes);
            return (position - _origin) / _frameBytes;
        }
    }

    /// <summary>What the device may have reached is past: the composer changes nothing there any more.</summary>
    private void Seal()
    {
        Transfer.Look();
        Composer.Seal(Math.Min(NextFrame, Math.Max(Composer.ComposedFrame, FrameAfter(Transfer.Position))));
    }

    private void Rewrite()
    {
        while (Composer.TryTakeChange(out long frame, out int count))
        {
            while (count > 0)
            {
                int part = Math.Min(count, ChunkFrames);
                CyclicSpans place = Transfer.AcquireWriteAt(_origin + frame * _frameBytes, part * _frameBytes, out _);
                int length = place.Length;
                if (length > 0) Compose(place);
                Transfer.CommitWrite(length);
                frame += part;
                count -= part;
            }
        }
    }

    private void Compose(CyclicSpans place)
    {
        long frame = (place.Position - _origin) / _frameBytes;
        Composer.Compose(frame, place.First);
        if (place.Second.Length > 0) Composer.Compose(frame + place.First.Length / _frameBytes, place.Second);
    }

    private long FrameAfter(long position) => (position - _origin + _frameBytes - 1) / _frameBytes;

    private TimeSpan Time(long timestamps) => TimeSpan.FromSeconds(timestamps / (double)_time.TimestampFrequency);
}
