using Microsoft.Extensions.Logging;

namespace DmaKit.Drivers;

/// <summary>What a driver noticed: kept for whoever asks, and told to the log.</summary>
internal sealed partial class FusionMptNotices(ILogger? logger, string address)
{
    private const int Most = 256;

    private readonly List<string> _notices = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_notices) return [.. _notices];
        }
    }

    public void Add(string notice)
    {
        lock (_notices)
        {
            if (_notices.Count == Most) _notices.RemoveAt(0);
            _notices.Add(notice);
        }

        if (logger is not null) LogNotice(logger, address, notice);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address}: {Notice}")]
    private static partial void LogNotice(ILogger logger, string address, string notice);
}
