using DmaKit.Formats;

namespace DmaKit.Devices;

/// <summary>A wire that leads to files: the card receives the packets of one capture, and what it sends is written to another. Either may be missing.</summary>
/// <remarks>
/// The files are read and written in the card's turns, so that they must be seekable: a pipe could keep the device waiting for ever. The port closes
/// them. A file that fails takes the link down, and is told by <see cref="Failure"/>.
/// </remarks>
public sealed class CapturePort : NetworkPort
{
    private readonly CaptureReader? _source;
    private readonly CaptureWriter? _target;
    private readonly TimeProvider _clock;
    private bool _peeked;
    private bool _ended;
    private Exception? _failure;

    /// <summary>Makes a port.</summary>
    /// <param name="source">The packets that the card receives, as fast as it takes them; null for none.</param>
    /// <param name="target">Where the frames go that the card sends; null to lose them.</param>
    /// <param name="clock">What frames that are written get their times from; null for the system's clock.</param>
    /// <exception cref="ArgumentException">A capture is no file: it cannot be sought in.</exception>
    public CapturePort(CaptureReader? source, CaptureWriter? target, TimeProvider? clock = null)
    {
        if (source is { CanSeek: false }) throw new ArgumentException("The capture is a pipe or the like, which could keep the device waiting; a port reads from files.", nameof(source));
        if (target is { CanSeek: false }) throw new ArgumentException("The capture is a pipe or the like, which could keep the device waiting; a port writes to files.", nameof(target));
        _source = source;
        _target = target;
        _clock = clock ?? TimeProvider.System;
        _ended = source is null;
    }

    /// <inheritdoc/>
    public override bool IsUp => _failure is null;

    /// <summary>Whether every packet of the source was taken. From any thread.</summary>
    public bool IsAtEnd => _ended;

    /// <summary>Why a file failed, or null. From any thread.</summary>
    public Exception? Failure => _failure;

    /// <inheritdoc/>
    public override bool TrySend(ReadOnlySpan<byte> frame)
    {
        try
        {
            if (IsUp) _target?.Write(CaptureTime.From(_clock.GetUtcNow()), frame);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _failure = e;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryPeek(out ReadOnlySpan<byte> frame)
    {
        if (!_peeked && !_ended)
        {
            try
            {
                _peeked = _source!.Read();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _failure = e;
            }

            _ended = !_peeked;
        }

        frame = _peeked ? _source!.Packet.Data.Span : default;
        return _peeked;
    }

    /// <inheritdoc/>
    public override void Take() => _peeked = false;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _source?.Dispose();
        try
        {
            _target?.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure ??= e;
        }
    }
}
