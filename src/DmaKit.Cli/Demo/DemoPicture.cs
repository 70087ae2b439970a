using System.Globalization;
using System.Net;
using System.Text;

namespace DmaKit.Cli;

/// <summary>The demo as a picture: SVG with a ground of its own, light or dark as the reader's system is.</summary>
internal static class DemoPicture
{
    private const int Width = 880;
    private const int Height = 572;
    private const int Left = 32;
    private const int Inner = Width - 2 * Left;
    private const int Columns = 32;

    private const string Style = """
        <style>
          .ground { fill: #ffffff; stroke: #d0d7de } .ink { fill: #1f2328 } .dim { fill: #59636e } .rail { fill: #eaeef2 }
          .packet { fill: #e36209 } .reply { fill: #0e8a8a } .net { fill: #0969da } .large { fill: #bf8700 } .flow { fill: #8250df } .write { fill: #1a7f37 } .read { fill: #0969da }
          text { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 14px }
          .title { font-size: 20px; font-weight: 600 } .head { font-size: 13px; font-weight: 600; letter-spacing: .04em } .small { font-size: 12.5px }
          .mono { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 12.5px } .figure { font-size: 22px; font-weight: 600 }
          @media (prefers-color-scheme: dark) {
            .ground { fill: #0d1117; stroke: #3d444d } .ink { fill: #f0f6fc } .dim { fill: #9198a1 } .rail { fill: #262c36 }
            .packet { fill: #f0883e } .reply { fill: #39c5bb } .net { fill: #4493f8 } .large { fill: #e3b341 } .flow { fill: #ab7df8 } .write { fill: #3fb950 } .read { fill: #4493f8 }
          }
        </style>
        """;

    /// <summary>Draws it.</summary>
    /// <param name="busiest">The moment with most packets at the device: map, packets, registers.</param>
    /// <param name="end">The end: figures.</param>
    internal static string Draw(DemoSnapshot busiest, DemoSnapshot end)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\" aria-label=\"dmakit demo\">\n");
        svg.Append(Style).Append('\n');
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"ground\" x=\".5\" y=\".5\" width=\"{Width - 1}\" height=\"{Height - 1}\" rx=\"12\"/>\n");
        Text(svg, Left, 42, "title ink", "dmakit demo");
        RightText(svg, 42, $"{busiest.Adapter}, {SizeText.Show(busiest.Settings.MemoryBytes)} of memory, IOMMU {(busiest.Settings.Iommu ? "on" : "off")}");
        Buffers(svg, busiest);
        Packets(svg, busiest, end);
        Registers(svg, busiest, end);
        Network(svg, busiest, end);
        Figures(svg, end);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Buffers(StringBuilder svg, DemoSnapshot demo)
    {
        const int top = 66, barTop = 88, barHeight = 28;
        (ulong first, ulong span) = DemoView.Span(demo);
        Head(svg, top + 10, "COMMON BUFFERS", $"at the device's addresses {new LogicalAddress(first)} to {new LogicalAddress(first + span - 1)}");
        Rect(svg, "rail", Left, barTop, Inner, barHeight, 4);
        foreach (DemoBuffer buffer in demo.Buffers)
        {
            double x = Left + (buffer.Address.Value - first) * (double)Inner / span;
            double width = Math.Max(3, buffer.Length * (double)Inner / span);
            Rect(svg, Class(buffer.Kind), Math.Min(x, Left + Inner - width), barTop, width, barHeight, 1);
        }

        DemoBuffer[] packets = [.. demo.Buffers.Where(b => b.Kind == DemoBufferKind.Packets)];
        Rect(svg, "packet", Left, 130, 12, 12, 2);
        string places = string.Join(" · ", packets.Take(3).Select(b => $"{b.Address} {SizeText.Show(b.Length)}"));
        Text(svg, Left + 20, 141, "small ink", "packets");
        Text(svg, Left + 80, 141, "mono dim", packets.Length > 3 ? $"{places} · and {packets.Length - 3} more" : places);
        Rect(svg, "reply", Left, 152, 12, 12, 2);
        Text(svg, Left + 20, 163, "small ink", "replies");
        Text(svg, Left + 80, 163, "mono dim", $"{demo.Buffers.Count(b => b.Kind == DemoBufferKind.Replies)} common buffers");
        Rect(svg, "net", Left + 210, 152, 12, 12, 2);
        Text(svg, Left + 230, 163, "small ink", "network");
        Text(svg, Left + 290, 163, "mono dim", $"{demo.Buffers.Count(b => b.Kind == DemoBufferKind.Network)} common buffers");
        Rect(svg, "large", Left + 420, 152, 12, 12, 2);
        Text(svg, Left + 440, 163, "small ink", demo.BigBuffer.Had < demo.BigBuffer.Asked
            ? $"{SizeText.Show(demo.BigBuffer.Asked)} asked, {SizeText.Show(demo.BigBuffer.Had)} had: the longest run of this memory"
            : $"{SizeText.Show(demo.BigBuffer.Asked)} asked and had");
    }

    private static void Packets(StringBuilder svg, DemoSnapshot demo, DemoSnapshot end)
    {
        const int top = 206;
        Head(svg, top, "COMMAND PACKETS", $"{demo.Posted} of {demo.Packets.Count} at the device in the busiest moment seen; at most {end.PostedHighWater}");
        int shown = Math.Min(demo.Packets.Count, 4 * Columns);
        int columns = Math.Min(Math.Max(shown, 1), shown > 2 * Columns ? 2 * Columns : Columns);
        double cell = Math.Min((double)Inner / columns, 25.5);
        for (int i = 0; i < shown; i++)
        {
            string kind = demo.Packets[i] switch { CommandState.Free => "rail", CommandState.Prepared => "large", _ => "packet" };
            Rect(svg, kind, Left + i % columns * cell, top + 14 + i / columns * 26, cell - 4, 22, 3);
        }
    }

    private static void Registers(StringBuilder svg, DemoSnapshot demo, DemoSnapshot end)
    {
        const int top = 296;
        double unit = (double)Inner / Math.Max(1, demo.RegistersTotal);
        Head(svg, top, "MAP REGISTERS", string.Create(CultureInfo.InvariantCulture, $"{demo.RegistersUsed:#,0} of {demo.RegistersTotal:#,0} in use then; at most {end.Counters.RegistersHighWater:#,0}"));
        Rect(svg, "rail", Left, top + 14, Inner, 14, 4);
        Rect(svg, "flow", Left, top + 14, Math.Max(2, demo.RegistersUsed * unit), 14, 4);
        double mark = Left + end.Counters.RegistersHighWater * unit;
        Rect(svg, "flow", Math.Min(mark, Left + Inner - 2), top + 10, 2, 22, 0);
        Text(svg, Left, top + 50, "small dim", $"{SizeText.Show(end.Counters.DirectBytes)} were mapped where they lay, {SizeText.Show(end.Counters.CoalescedBytes)} coalesced, {SizeText.Show(end.Counters.BouncedBytes)} bounced through registers; packets need none");
    }

    private static void Network(StringBuilder svg, DemoSnapshot demo, DemoSnapshot end)
    {
        const int top = 384;
        if (demo.Network is not { } then || end.Network is not { } network) return;
        Head(svg, top, "NETWORK", string.Create(
            CultureInfo.InvariantCulture, $"{network.Packets:#,0} packets, {SizeText.Show(network.Bytes)} from card to card on the same registers; at most {network.MostInCard} of 4 descriptors"));
        for (int i = 0; i < 4; i++) Rect(svg, i < then.InCard ? "net" : "rail", Left + i * 25.5, top + 14, 21.5, 22, 3);
        const int ring = Left + 4 * 26 + 20;
        double unit = (double)(Left + Inner - ring) / network.RingBytes;
        Rect(svg, "rail", ring, top + 18, Left + Inner - ring, 14, 4);
        Rect(svg, "net", ring, top + 18, Math.Max(2, then.RingUsed * unit), 14, 4);
    }

    private static void Figures(StringBuilder svg, DemoSnapshot end)
    {
        const int top = 464;
        (string Figure, string Label, string Kind)[] figures =
        [
            (Meter.Rate(end.Writing.Bytes, end.Writing.Time), "written", "write"),
            (Meter.Rate(end.Reading.Bytes, end.Reading.Time), "read back", "read"),
            (SizeText.Exact(end.Counters.Commands), "commands at the device", "ink"),
            (SizeText.Exact(end.Counters.Doorbells), "doorbells", "ink"),
            (SizeText.Exact(end.Counters.Interrupts), "interrupts", "ink"),
        ];
        int step = Inner / figures.Length;
        for (int i = 0; i < figures.Length; i++)
        {
            Text(svg, Left + i * step, top, $"figure {figures[i].Kind}", figures[i].Figure);
            Text(svg, Left + i * step, top + 22, "small dim", figures[i].Label);
        }

        Rect(svg, "rail", Left, top + 42, Inner, 1, 0);
        Text(svg, Left, top + 74, "ink", DemoText.Result(end));
    }

    private static void Head(StringBuilder svg, double y, string head, string text)
    {
        Text(svg, Left, y, "head ink", head);
        Text(svg, Left + 172, y, "small dim", text);
    }

    private static string Class(DemoBufferKind kind) => kind switch
    {
        DemoBufferKind.Packets => "packet",
        DemoBufferKind.Network => "net",
        DemoBufferKind.Replies => "reply",
        _ => "large",
    };

    private static void Text(StringBuilder svg, double x, double y, string style, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\">{WebUtility.HtmlEncode(text)}</text>\n");

    private static void RightText(StringBuilder svg, double y, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"small dim\" x=\"{Width - Left}\" y=\"{y:0.#}\" text-anchor=\"end\">{WebUtility.HtmlEncode(text)}</text>\n");

    private static void Rect(StringBuilder svg, string style, double x, double y, double width, double height, double radius) =>
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" rx=\"{radius:0.#}\"/>\n");
}
