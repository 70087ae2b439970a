using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DmaKit.Cli;

/// <summary>A sound verb as it runs: the ring with the positions of device and program, and the figures.</summary>
internal static class SoundView
{
    private const int Label = 9;
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(60);

    /// <summary>Draws on the standard error while the work goes on, and takes the view away then.</summary>
    /// <param name="host">Where to.</param>
    /// <param name="machine">What is shown.</param>
    /// <param name="frames">How many frames there will be.</param>
    /// <param name="work">The work.</param>
    internal static async Task ShowAsync(ToolHost host, SoundMachine machine, long frames, Task work)
    {
        if (host.ErrorIsTerminal)
        {
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.Yes,
                ColorSystem = host.UseColor ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.Yes,
                Out = new AnsiConsoleOutput(host.Error),
            });
            console.Profile.Width = host.Width;
            await console.Live(new Text("")).AutoClear(true).Overflow(VerticalOverflow.Crop).StartAsync(async screen =>
            {
                while (!work.IsCompleted)
                {
                    if (machine.Transfer is { } transfer) screen.UpdateTarget(Draw(transfer, frames, host.Width));
                    await Task.WhenAny(work, Task.Delay(s_frame, host.Clock, CancellationToken.None)).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
        }

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
        string trouble = plays
            ? $"{Figure(counted.Underruns)} [grey]underruns,[/] {Figure(counted.UnderrunBytes)} [grey]bytes missing,[/] {Figure(counted.LateBytes)} [grey]bytes late[/]"
            : $"{Figure(counted.Overruns)} [grey]overruns,[/] {Figure(counted.OverrunBytes)} [grey]bytes lost[/]";
        string[] lines =
        [
            $"{"ring",-Label}{Ring(transfer, position, Math.Clamp(width - Label - 2, 10, 100))}",
            $"{"",-Label}[orange1]▼[/] [grey]device[/]  [teal]▲[/] [grey]program[/]  [teal]█[/] [grey]{(plays ? "queued" : "to be read")}[/]  [grey]{SizeText.Show(transfer.RingBytes)} in {transfer.Periods} periods[/]",
            string.Create(CultureInfo.InvariantCulture, $"{(plays ? "lead" : "waiting"),-Label}{lead:0.0} [grey]ms[/]   [grey]drift[/] {transfer.DriftPartsPerMillion:+0.00;-0.00;0.00} [grey]ppm[/]"),
            $"{"trouble",-Label}{trouble}",
            string.Create(CultureInfo.InvariantCulture, $"{"time",-Label}{position / second:0.00} [grey]s of[/] {frames / transfer.Rate:0.00}"),
        ];
        return new Rows(lines.Select(l => new Markup(ClippedMarkup.Clip(l, Math.Max(20, width - 1)))));
    }

    private static string Ring(CyclicTransfer transfer, long position, int cells)
    {
        bool plays = transfer.Direction == DmaDirection.ToDevice;
        long mine = plays ? Math.Max(transfer.End, position) : transfer.ReadPosition;
        long from = Math.Min(position, mine), to = Math.Max(position, mine);
        long ring = transfer.RingBytes;
        int device = Cell(position), program = Cell(mine);
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

    private static string Figure(long count) => string.Create(CultureInfo.InvariantCulture, $"[{(count == 0 ? "green" : "red")}]{count:#,0}[/]");
}
