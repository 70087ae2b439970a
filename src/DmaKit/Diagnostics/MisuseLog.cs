using Microsoft.Extensions.Logging;

namespace DmaKit;

/// <summary>The misuse reports of a platform: each is kept, told at once, and told again when the platform closes.</summary>
/// <remarks>Safe from any thread. Listeners run on the thread that reports, outside every lock of the library.</remarks>
public sealed partial class MisuseLog
{
    private readonly List<MisuseReport> _reports = [];
    private readonly Lock _gate = new();

    /// <summary>Raised for every report as it is made.</summary>
    public event Action<MisuseReport>? Reported;

    /// <summary>
    /// Raised when a call is refused because it broke a rule, just before the exception is thrown: such a call did no harm, and is not kept among
    /// the <see cref="Reports"/>. For checkers, who tell even of what somebody catches and forgets; they also hear of late answers and of deadlocks.
    /// </summary>
    public event Action<MisuseReport>? Refused;

    /// <summary>Raised once when the platform closes, before the reports are repeated: for the last look of checkers.</summary>
    public event Action? Closing;

    /// <summary>Raised once for every kept report when the platform closes, whoever swallowed it before.</summary>
    public event Action<MisuseReport>? RepeatedAtClose;

    /// <summary>Where every report is logged as a warning, and once more at close; null for nowhere.</summary>
    public ILogger? Logger { get; set; }

    /// <summary>All reports so far, in order.</summary>
    public IReadOnlyList<MisuseReport> Reports
    {
        get
        {
            lock (_gate) return [.. _reports];
        }
    }

    /// <summary>Keeps a report and tells the listeners. Never throws for a listener's sake.</summary>
    /// <param name="report">What happened.</param>
    public void Report(MisuseReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        lock (_gate) _reports.Add(report);
        if (Logger is { } logger) LogReport(logger, report.Rule, report.Owner, report.Message, report.Cause);
        Tell(Reported, report);
    }

    /// <summary>A call that breaks a rule: tells who listens, and makes the exception to throw.</summary>
    internal DmaMisuseException Refuse(string rule, string owner, string message, object? about = null)
    {
        NoteRefused(rule, owner, message, about);
        return new DmaMisuseException(message) { Rule = rule };
    }

    /// <summary>As <see cref="Refuse"/>, where the exception is one of the framework's.</summary>
    internal void NoteRefused(string rule, string owner, string message, object? about = null)
    {
        if (Refused is { } listeners) Tell(listeners, new MisuseReport(rule, message, owner) { About = about });
    }

    /// <summary>Whether somebody listens to what is refused.</summary>
    internal bool IsHeard => Refused is not null;

    /// <summary>Used by platforms at close: tells every report again.</summary>
    public void RepeatAll()
    {
        Closing?.Invoke();
        foreach (MisuseReport report in Reports)
        {
            if (Logger is { } logger) LogAgain(logger, report.Rule, report.Owner, report.Message);
            Tell(RepeatedAtClose, report);
        }
    }

    private static void Tell(Action<MisuseReport>? listeners, MisuseReport report)
    {
        if (listeners is null) return;
        foreach (Action<MisuseReport> listener in listeners.GetInvocationList().Cast<Action<MisuseReport>>())
        {
            try
            {
                listener(report);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A listener that throws must not hide the report from the next one; the report itself is kept.
                System.Diagnostics.Debug.WriteLine(e);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Rule}: {Owner}: {Message}")]
    private static partial void LogReport(ILogger logger, string rule, string owner, string message, Exception? cause);

    [LoggerMessage(2, LogLevel.Warning, "At close, again: {Rule}: {Owner}: {Message}")]
    private static partial void LogAgain(ILogger logger, string rule, string owner, string message);
}
