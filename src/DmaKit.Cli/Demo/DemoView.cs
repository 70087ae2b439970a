using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DmaKit.Cli;

/// <summary>The demo as it runs, drawn for a terminal of any width from 30 characters on, in 23 lines.</summary>
internal static class DemoView
{
    private const int MostBuffers = 3;
    private const string Steps = " ▁▂▃▄▅▆▇█";

    /// <summary>Draws one moment.</summary>
    /// <param name="demo">The moment.</param>
    /// <param name="width">The width of the terminal in characters.</param>
    internal static IRenderable Draw(DemoSnapshot demo, int width)
    {
        int inner = Math.Clamp(width, 30, 130) - 4;
        return new Rows(
            Box("common buffers", BufferLines(demo, inner), Color.Teal),
            Box("command packets", PacketLines(demo, inner), Color.Orange1),
            Box("map registers and throughput", FlowLines(demo, inner), Color.MediumPurple),
            Box("progress", ProgressLines(demo, inner), Color.Grey));
    }

    private static Panel Box(string title, IEnumerable<string> lines, Color color) => new(new Rows(lines.Select(l => new Markup(l) { Overflow = Overflow.Ellipsis })))
    {
        Header = new PanelHeader($" {title} "),
        Border = BoxBorder.Rounded,
        BorderStyle = new Style(color),
        Expand = true,
        Padding = new Padding(1, 0),
    };

    private static IEnumerable<string> BufferLines(DemoSnapshot demo, int width)
    {
        yield return Map(demo, width);
        (ulong first, ulong span) = Span(demo);
        yield return FittedMarkup.Clip(
            $"[orange1]█[/] packets [teal]▒[/] replies [blue]▒[/] network [yellow]▓[/] large   [grey]{new LogicalAddress(first)} to {new LogicalAddress(first + span - 1)}, {SizeText.Show((long)span / width)} a cell[/]", width);
        DemoBuffer[] packets = [.. demo.Buffers.Where(b => b.Kind == DemoBufferKind.Packets)];
        string places = string.Join("  ", packets.Take(MostBuffers).Select(b => $"{b.Address} [grey]{SizeText.Show(b.Length)}[/]"));
        string more = packets.Length > MostBuffers ? $"  [grey]and {packets.Length - MostBuffers} more[/]" : "";
        yield return FittedMarkup.Clip($"[orange1]packets[/] {places}{more}", width);
        yield return FittedMarkup.Clip(
            demo.BigBuffer.Had < demo.BigBuffer.Asked
                ? $"[yellow]large[/]   {SizeText.Show(demo.BigBuffer.Asked)} asked, [yellow]{SizeText.Show(demo.BigBuffer.Had)}[/] had: memory is fragmented"
                : $"[yellow]large[/]   {SizeText.Show(demo.BigBuffer.Asked)} asked and had",
            width);
    }

    /// <summary>Where the common buffers lie in the space of logical addresses.</summary>
    private static string Map(DemoSnapshot demo, int width)
    {
        var cells = new DemoBufferKind?[width];
        (ulong first, ulong span) = Span(demo);
        foreach (DemoBuffer buffer in demo.Buffers)
        {
            int from = (int)((UInt128)(buffer.Address.Value - first) * (uint)width / span);
            int to = (int)((UInt128)(buffer.Address.Value - first + (ulong)buffer.Length - 1) * (uint)width / span);
            for (int cell = Math.Max(0, from); cell <= Math.Min(to, width - 1); cell++)
                if (cells[cell] is null or DemoBufferKind.Replies) cells[cell] = buffer.Kind;
        }

        var line = new StringBuilder();
        foreach (DemoBufferKind? kind in cells)
        {
            line.Append(kind switch
            {
                DemoBufferKind.Packets => "[orange1]█[/]",
                DemoBufferKind.Replies => "[teal]▒[/]",
                DemoBufferKind.Network => "[blue]▒[/]",
                DemoBufferKind.Large => "[yellow]▓[/]",
                _ => "[grey35]·[/]",
            });
        }

        return line.ToString();
    }

    /// <summary>The addresses that the map shows: those where common buffers lie, and a little more.</summary>
    internal static (ulong First, ulong Span) Span(DemoSnapshot demo)
    {
        const ulong margin = 64 * 1024;
        if (demo.Buffers.Count == 0) return (0, margin);
        ulong first = demo.Buffers.Min(b => b.Address.Value) / margin * margin;
        ulong end = demo.Buffers.Max(b => b.Address.Value + (ulong)b.Length);
        return (first, (end - first + margin - 1) / margin * margin);
    }

    private static IEnumerable<string> PacketLines(DemoSnapshot demo, int width)
    {
        int columns = Math.Min(demo.Packets.Count, width);
        bool spaced = demo.Packets.Count * 2 <= width;
        int rows = spaced ? 1 : (demo.Packets.Count + columns - 1) / columns;
        for (int row = 0; row < Math.Min(rows, 3); row++)
        {
            var line = new StringBuilder();
            foreach (CommandState state in demo.Packets.Skip(row * columns).Take(columns))
            {
                line.Append(state switch
                {
                    CommandState.Free => "[grey35]□[/]",
                    CommandState.Prepared => "[yellow]▣[/]",
                    CommandState.Quarantined => "[red]▣[/]",
                    _ => "[orange1]■[/]",
                });
                if (spaced) line.Append(' ');
            }

            yield return line.ToString();
        }

        yield return FittedMarkup.Clip(
            $"[grey35]□[/] free [yellow]▣[/] prepared [orange1]■[/] at the device   [orange1]{demo.Posted,3}[/] of {demo.Packets.Count}, at most {demo.PostedHighWater}", width);
    }

    private static IEnumerable<string> FlowLines(DemoSnapshot demo, int width)
    {
        const int label = 12;
        string used = $" {demo.RegistersUsed,4}/{demo.RegistersTotal} [grey]most {demo.Counters.RegistersHighWater}[/]";
        int bar = Math.Max(4, width - label - 21);
        int full = Math.Min(bar, (int)Math.Ceiling(demo.RegistersUsed * (double)bar / Math.Max(1, demo.RegistersTotal)));
        yield return FittedMarkup.Clip($"registers   [mediumpurple]{new string('█', full)}[/][grey35]{new string('░', bar - full)}[/]{used}", width);
        double now = demo.Rates.Count > 0 ? demo.Rates[^1] : 0;
        yield return FittedMarkup.Clip($"throughput  [mediumpurple]{Sparkline(demo.Rates, bar)}[/] {now / 1048576,5:0} MiB/s", width);
        yield return FittedMarkup.Clip(
            string.Create(
                CultureInfo.InvariantCulture,
                $"mapped      {SizeText.Show(demo.Counters.DirectBytes)} where they lay, {SizeText.Show(demo.Counters.CoalescedBytes)} coalesced, {SizeText.Show(demo.Counters.BouncedBytes)} bounced"), width);
    }

    private static string Sparkline(IReadOnlyList<double> rates, int width)
    {
        double most = rates.Count == 0 ? 1 : Math.Max(1, rates.Max());
        var line = new StringBuilder();
        foreach (double rate in rates.TakeLast(width)) line.Append(Steps[(int)Math.Round(rate / most * (Steps.Length - 1))]);
        return line.ToString().PadLeft(width);
    }

    private static IEnumerable<string> ProgressLines(DemoSnapshot demo, int width)
    {
        yield return Progress("write", demo.Writing, width, "green");
        yield return Progress("read", demo.Reading, width, "deepskyblue1");
        if (demo.Network is { } network)
        {
            yield return FittedMarkup.Clip(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"network     {Descriptors(network.InCard)} descriptors  [blue]{Ring(network)}[/] ring  {network.Packets:#,0} packets, {SizeText.Show(network.Bytes)}"), width);
        }

        DiskCounters counters = demo.Counters;
        yield return FittedMarkup.Clip(
            string.Create(
                CultureInfo.InvariantCulture,
                $"device      {counters.Commands:#,0} commands  {counters.Doorbells:#,0} doorbells  {counters.Interrupts:#,0} interrupts"), width);
        if (demo.Findings is { } findings)
        {
            yield return findings is [.., var last]
                ? FittedMarkup.Clip($"[red]verifier    {Markup.Escape(last)}[/]", width)
                : FittedMarkup.Clip("verifier    [grey]nothing found; [/]b[grey] plants a bug in the driver[/]", width);
        }
    }

    private static string Descriptors(int inCard) => string.Concat(Enumerable.Range(0, 4).Select(i => i < inCard ? "[blue]■[/]" : "[grey35]□[/]"));

    private static string Ring(DemoTraffic network)
    {
        const int cells = 8;
        int full = Math.Min(cells, (network.RingUsed * cells + network.RingBytes - 1) / network.RingBytes);
        return new string('█', full) + new string('░', cells - full);
    }

    private static string Progress(string name, DemoPhase phase, int width, string color)
    {
        const int label = 12;
        double part = phase.Total > 0 ? Math.Min(1, (double)phase.Bytes / phase.Total) : 0;
        int bar = Math.Max(4, width - label - 21);
        int full = (int)(part * bar);
        string text = string.Create(CultureInfo.InvariantCulture, $"{part * 100,4:0} % {SizeText.Show(phase.Bytes)}");
        return FittedMarkup.Clip($"{name.PadRight(label)}[{color}]{new string('━', full)}[/][grey35]{new string('─', bar - full)}[/] {text}", width);
    }
}
