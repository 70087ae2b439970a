using System.Globalization;
using System.Text;
using DmaKit.Drivers;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DmaKit.Cli;

/// <summary>A network verb as it runs: descriptors, ring, map registers, and how many copies were made and avoided.</summary>
internal static class NetView
{
    private const int Label = 11;
    private const int WidestBar = 32;
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(100);

    /// <summary>Draws on the standard error until it is over, and takes the view away then.</summary>
    internal static Task ShowAsync(ToolHost host, NetSession session, Task over) =>
        LiveView.ShowAsync(host, host.Error, host.Width, s_frame, stays: false, width => Draw(session, width), over);

    /// <summary>Draws one moment.</summary>
    internal static IRenderable Draw(NetSession session, int width)
    {
        session.SampleMemory();
        IReadOnlyList<Rtl8139Driver> cards = session.Machine.Cards;
        NetCounters counters = session.Machine.Counters;
        MapRegisters registers = session.Machine.Domain.MapRegisters;
        int total = registers.Capacity;
        int room = Math.Max(20, width - 1);
        var lines = new List<string>();
        foreach ((Rtl8139Driver card, int number) in cards.Select((card, i) => (card, i + 1)))
        {
            lines.AddRange(FittedMarkup.Flow(
                room,
                [
                    $"{Descriptors(card.DescriptorsInCard)} [grey]descriptors[/]", $"{Bar(card.RingBytesWaiting, card.ReceiveRingBytes, "teal", 12)} [grey]ring[/]",
                    $"{card.FramesWaiting,3} [grey]frames wait[/]",
                ],
                Name($"card {number}")));
        }

        int bar = Math.Clamp(room - Label, 8, WidestBar);
        lines.AddRange(FittedMarkup.Flow(
            room,
            [Bar(total - registers.Free, total, "mediumpurple", bar), $"{total - registers.Free,4} [grey]of {total}, most {counters.RegistersHighWater}[/]"],
            Name("registers")));
        lines.AddRange(FittedMarkup.Flow(
            room,
            [
                $"[green]{SizeText.Show(counters.DirectBytes)}[/] [grey]avoided[/]", $"[orange1]{SizeText.Show(counters.CoalescedBytes)}[/] [grey]coalesced[/]",
                $"[orange1]{SizeText.Show(counters.BouncedBytes)}[/] [grey]bounced[/]",
            ],
            Name("copies")));
        lines.AddRange(FittedMarkup.Flow(
            room,
            [
                string.Create(CultureInfo.InvariantCulture, $"{session.Output.Count:#,0} [grey]in {TimeText.Show(session.Elapsed)}[/]"),
                string.Create(CultureInfo.InvariantCulture, $"{session.Output.Count / Math.Max(0.001, session.Elapsed.TotalSeconds):#,0} [grey]packets/s[/]"),
                Meter.Rate(session.Output.Bytes, session.Elapsed),
            ],
            Name("packets")));
        return new Rows(lines.Select(l => new Markup(FittedMarkup.Clip(l, room))));
    }

    private static string Name(string name) => name.PadRight(Label);

    private static string Descriptors(int inCard)
    {
        var line = new StringBuilder();
        for (int i = 0; i < 4; i++) line.Append(i < inCard ? "[orange1]■[/]" : "[grey35]□[/]");
        return line.ToString();
    }

    private static string Bar(long part, long whole, string color, int width)
    {
        int full = Math.Min(width, (int)Math.Ceiling(part * (double)width / Math.Max(1, whole)));
        return $"[{color}]{new string('█', full)}[/][grey35]{new string('░', width - full)}[/]";
    }
}
