using System.Globalization;
using System.Text;

namespace DmaKit.Cli;

/// <summary>One line on the standard error that shows how far a transfer has come. Ten times a second at most.</summary>
internal sealed class ProgressLine(ToolHost host, string label, long? total)
{
    private const int WidestBar = 40;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private TimeSpan _next = Interval;
    private bool _shown;

    /// <summary>Shows how far it is, unless it was shown a moment ago.</summary>
    internal void Show(long bytes, TimeSpan elapsed)
    {
        if (elapsed < _next) return;
        _next = elapsed + Interval;
        _shown = true;
        host.Error.Write('\r' + Text(bytes, elapsed) + (host.UseColor ? "\e[K" : ""));
    }

    /// <summary>Takes the line away, so that what follows begins at the left edge.</summary>
    internal void Clear()
    {
        if (!_shown) return;
        _shown = false;
        host.Error.Write(host.UseColor ? "\r\e[K" : '\r' + new string(' ', host.Width - 1) + '\r');
    }

    private string Text(long bytes, TimeSpan elapsed)
    {
        string rate = Meter.Rate(bytes, elapsed);
        if (total is not > 0) return Fit($"{label}  {SizeText.Show(bytes)}  {rate}");
        double part = Math.Min(1.0, (double)bytes / total.Value);
        string left = $"{label} ";
        string percent = part.ToString("0 %", CultureInfo.InvariantCulture).PadLeft(5);
        string right = $"{percent}  {SizeText.Show(bytes)} of {SizeText.Show(total.Value)}  {rate}";
        int room = Math.Min(WidestBar, host.Width - 3 - left.Length - right.Length);
        return room < 8 ? Fit($"{label} {percent}  {rate}") : left + Bar(part, room) + ' ' + right;
    }

    private string Bar(double part, int width)
    {
        int full = (int)(part * width);
        var bar = new StringBuilder();
        if (host.UseColor) bar.Append("\e[36m");
        bar.Append('━', full);
        if (host.UseColor) bar.Append("\e[90m");
        bar.Append(host.UseColor ? '━' : '─', width - full);
        if (host.UseColor) bar.Append("\e[0m");
        return bar.ToString();
    }

    private string Fit(string text) => text.Length < host.Width ? text : text[..Math.Max(0, host.Width - 1)];
}
