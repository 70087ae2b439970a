using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DmaKit.Cli;

/// <summary>A sound verb as it runs: the ring with the positions of device and program, and the figures.</summary>
internal static class SoundView
{
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(60);

    /// <summary>Draws on the standard error while the work goes on, and takes the view away then.</summary>
    /// <param name="host">Where to.</param>
    /// <param name="machine">What is shown.</param>
    /// <param name="frames">How many frames there will be.</param>
    /// <param name="work">The work.</param>
    internal static async Task ShowAsync(ToolHost host, SoundMachine machine, long frames, Task work)
    {
        if (host.ErrorIsTerminal)
            await LiveView.ShowAsync(host, host.Error, host.Width, s_frame, stays: false, width => machine.Transfer is { } transfer ? Draw(transfer, frames, width) : new Text(""), work).ConfigureAwait(false);
        await work.ConfigureAwait(false);
    }

    /// <summary>Draws one moment.</summary>
    internal static IRenderable Draw(CyclicTransfer transfer, long frames, int width)
    {
        bool plays = transfer.Direction == DmaDirection.ToDevice;
        CyclicStatistics counted = transfer.Statistics;
        double second = transfer.Rate * transfer.FrameBytes;
        long position = transfer.Position;
        double lead = (plays ? transfer.Lead : transfer.Available) / second * 1000;
        string[] figures = plays
            ? [
                string.Create(CultureInfo.InvariantCulture, $"lead {lead:0.0} [grey]ms[/]"), Drift(transfer), $"{Figure(counted.Underruns)} [grey]underruns[/]",
                $"{Figure(counted.UnderrunBytes)} [grey]bytes missing[/]", $"{Figure(counted.LateBytes)} [grey]bytes late[/]"]
            : [
                string.Create(CultureInfo.InvariantCulture, $"waiting {lead:0.0} [grey]ms[/]"), Drift(transfer), $"{Figure(counted.Overruns)} [grey]overruns[/]", $"{Figure(counted.OverrunBytes)} [grey]bytes lost[/]"];
        string[] lines =
        [
            Ring(transfer, position, Math.Clamp(width - 2, 10, 110)),
            .. FittedMarkup.Flow(width - 2, ["[orange1]▼[/] [grey]device[/]", "[teal]▲[/] [grey]program[/]", $"[teal]█[/] [grey]{(plays ? "queued" : "to be read")}[/]", $"[grey]{SizeText.Show(transfer.RingBytes)} in {transfer.Periods} periods[/]"]),
            .. FittedMarkup.Flow(width - 2, [string.Create(CultureInfo.InvariantCulture, $"{position / second:0.00} [grey]s of[/] {frames / transfer.Rate:0.00}"), .. figures]),
        ];
        return new Rows(lines.Select(l => new Markup(FittedMarkup.Clip(l, Math.Max(20, width - 1)))));
    }

    private static string Ring(CyclicTransfer transfer, long position, int cells)
    {
        bool plays = transfer.Direction == DmaDirection.ToDevice;
        long mine = plays ? Math.Max(transfer.End, position) : transfer.ReadPosition;
        long from = Math.Min(position, mine), to = Math.Max(position, mine);
        long ring = transfer.RingBytes;
        int device = Cell(position), program = Cell(mine);

        // Of a full ring the program is one lap ahead: it stands just behind the device.
        if (program == device && to - from > ring / 2) program = (device + cells - 1) % cells;
        var line = new StringBuilder();
        for (int cell = 0; cell < cells; cell++)
        {
            long start = ring * cell / cells;
            long ahead = (start - transfer.OffsetOf(from) + ring) % ring;
            line.Append(cell == device ? "[orange1]▼[/]" : cell == program ? "[teal]▲[/]" : ahead < to - from ? "[teal]█[/]" : "[grey35]░[/]");
        }

        return line.ToString();

        int Cell(long at) => (int)(transfer.OffsetOf(at) * cells / ring);
    }

    private static string Drift(CyclicTransfer transfer) =>
        string.Create(CultureInfo.InvariantCulture, $"drift {transfer.DriftPartsPerMillion:+0.00;-0.00;0.00} [grey]ppm[/]");

    private static string Figure(long count) => string.Create(CultureInfo.InvariantCulture, $"[{(count == 0 ? "green" : "red")}]{count:#,0}[/]");
}
