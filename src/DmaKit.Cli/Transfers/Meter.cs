using System.Globalization;

namespace DmaKit.Cli;

/// <summary>How far a transfer has come: bytes, time, the most managed memory seen, and the progress line.</summary>
internal sealed class Meter
{
    private readonly TimeProvider _clock;
    private readonly ProgressLine? _line;
    private readonly long _started;
    private long _stopped;

    /// <summary>Starts the clock.</summary>
    /// <param name="host">Where progress is shown, if that is a terminal.</param>
    /// <param name="label">What is going on, such as <c>writing</c>.</param>
    /// <param name="total">How many bytes there will be; null when nobody knows.</param>
    internal Meter(ToolHost host, string label, long? total)
    {
        _clock = host.Clock;
        _line = host.ErrorIsTerminal ? new ProgressLine(host, label, total) : null;
        _started = _clock.GetTimestamp();
        SampleMemory();
    }

    /// <summary>Bytes that are done, in order.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The most managed memory that was seen in use, garbage that was not collected yet included.</summary>
    internal long PeakManagedBytes { get; private set; }

    /// <summary>How long it took, or takes so far.</summary>
    internal TimeSpan Elapsed => _clock.GetElapsedTime(_started, _stopped == 0 ? _clock.GetTimestamp() : _stopped);

    /// <summary>Counts bytes that are done.</summary>
    internal void Add(long bytes)
    {
        Bytes += bytes;
        SampleMemory();
        _line?.Show(Bytes, Elapsed);
    }

    /// <summary>Stops the clock and takes the progress line away.</summary>
    internal void Stop()
    {
        if (_stopped != 0) return;
        _stopped = _clock.GetTimestamp();
        SampleMemory();
        _line?.Clear();
    }

    /// <summary>Bytes a second for people.</summary>
    internal static string Rate(long bytes, TimeSpan time) => time <= TimeSpan.Zero
        ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0 / time.TotalSeconds:0} MiB/s");

    private void SampleMemory() => PeakManagedBytes = Math.Max(PeakManagedBytes, GC.GetTotalMemory(forceFullCollection: false));
}
