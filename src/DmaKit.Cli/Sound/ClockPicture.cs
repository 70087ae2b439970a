using System.Globalization;
using System.Net;
using System.Text;

namespace DmaKit.Cli;

/// <summary>How a clock's estimate converges, as SVG with a ground of its own, light or dark as the reader's system is. Both scales are logarithmic.</summary>
internal static class ClockPicture
{
    private const int Width = 880;
    private const int Height = 700;
    private const int Left = 84;
    private const int Right = 28;
    private const int PanelHeight = 232;
    private const int FirstTop = 96;
    private const int SecondTop = 412;

    private const string Style = """
        <style>
          .ground { fill: #ffffff; stroke: #d0d7de } .panel { fill: none; stroke: #d0d7de } .grid { stroke: #eaeef2 } .ink { fill: #1f2328 } .dim { fill: #59636e }
          .line { fill: none; stroke-width: 1.8; stroke-linejoin: round } .dash { stroke-dasharray: 6 4 }
          .ours { stroke: #0969da } .bound { stroke: #1a7f37 } .limit { stroke: #59636e } .loop { stroke: #e36209 }
          text { font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 13px }
          .title { font-size: 20px; font-weight: 600 } .head { font-size: 14px; font-weight: 600 } .small { font-size: 12.5px }
          @media (prefers-color-scheme: dark) {
            .ground { fill: #0d1117; stroke: #3d444d } .panel { stroke: #3d444d } .grid { stroke: #21262d } .ink { fill: #f0f6fc } .dim { fill: #9198a1 }
            .ours { stroke: #4493f8 } .bound { stroke: #3fb950 } .limit { stroke: #9198a1 } .loop { stroke: #f0883e }
          }
        </style>
        """;

    /// <summary>Draws it.</summary>
    internal static string Draw(ClockRun run)
    {
        ClockSettings settings = run.Settings;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\" aria-label=\"dmakit clock\">\n");
        svg.Append(Style).Append('\n');
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"ground\" x=\".5\" y=\".5\" width=\"{Width - 1}\" height=\"{Height - 1}\" rx=\"12\"/>\n");
        Text(svg, 32, 42, "title ink", "dmakit clock");
        Text(svg, Width - Right, 42, "small dim", string.Create(CultureInfo.InvariantCulture, $"{settings.Rate:#,0.##} frames/s, {settings.Skew:0.###} ppm fast, jitter {TimeText.Show(settings.Jitter)}, a report each {TimeText.Show(settings.Interval)}, seed {settings.Seed}"), "end");
        Panel(svg, FirstTop, run, "drift error", "ppm", [
            ("loop", "fixed loop of 0.1 Hz", p => p.LoopDriftError),
            ("bound dash", "the clock's own bound", p => p.DriftBound),
            ("limit dash", "best possible (rms)", p => p.DriftLimit),
            ("ours", "DeviceClock", p => p.DriftError)]);
        Panel(svg, SecondTop, run, "worst prediction error", "ms", [
            ("loop", "fixed loop of 0.1 Hz", p => p.LoopPredictionError * 1e3),
            ("bound dash", "the clock's own bound", p => p.PredictionBound * 1e3),
            ("ours", "DeviceClock", p => p.PredictionError * 1e3)]);
        Text(svg, Width - Right, Height - 10, "small dim", "seconds since the first report", "end");
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, int top, ClockRun run, string title, string unit, (string Style, string Name, Func<ClockPoint, double> Value)[] lines)
    {
        double first = Math.Log10(run.Points[0].Seconds);
        double last = Math.Max(first + 0.1, Math.Log10(run.Points[^1].Seconds));
        double[] values = [.. run.Points.SelectMany(p => lines.Select(l => l.Value(p))).Where(v => v > 0).Order()];
        double most = values.Length == 0 ? 1 : values[^1];

        // A line that crosses the truth goes down without end on this scale: what is far below the best half of a hundredth is cut.
        double least = values.Length == 0 ? 0.1 : Math.Max(values[values.Length / 200], most * 1e-7);
        int bottom = (int)Math.Floor(Math.Log10(least));
        int roof = Math.Max(bottom + 1, (int)Math.Ceiling(Math.Log10(most)));
        double X(double seconds) => Left + ((Math.Log10(seconds) - first) / (last - first) * (Width - Left - Right));
        double Y(double value) => top + ((roof - Math.Clamp(Math.Log10(Math.Max(value, 1e-300)), bottom, roof)) / (roof - bottom) * PanelHeight);

        Text(svg, 32, top - 14, "head ink", $"{title}, {unit}");
        for (int power = bottom; power <= roof; power++)
        {
            double y = Y(Math.Pow(10, power));
            Line(svg, Left, y, Width - Right, y);
            Text(svg, Left - 8, y + 4, "small dim", Number(power), "end");
        }

        for (int power = (int)Math.Ceiling(first - 1e-9); power <= last + 1e-9; power++)
        {
            double x = X(Math.Pow(10, power));
            Line(svg, x, top, x, top + PanelHeight);
            Text(svg, x, top + PanelHeight + 18, "small dim", Number(power), "middle");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"panel\" x=\"{Left}\" y=\"{top}\" width=\"{Width - Left - Right}\" height=\"{PanelHeight}\"/>\n");
        foreach ((string style, _, Func<ClockPoint, double> value) in lines)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line {style}\" points=\"");
            foreach (ClockPoint point in run.Points)
                if (value(point) > 0) svg.Append(CultureInfo.InvariantCulture, $"{X(point.Seconds):0.#},{Y(value(point)):0.#} ");
            svg.Append("\"/>\n");
        }

        double at = Width - Right - lines.Sum(l => Room(l.Name));
        foreach ((string style, string name, _) in lines.Reverse())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line {style}\" points=\"{at:0.#},{top - 18} {at + 24:0.#},{top - 18}\"/>\n");
            Text(svg, at + 30, top - 14, "small dim", name);
            at += Room(name);
        }
    }

    // What a legend's entry takes: its stroke, and its letters at their usual width.
    private static double Room(string name) => 50 + (name.Length * 6.4);

    private static string Number(int power) => Math.Pow(10, power).ToString(power < 0 ? "0." + new string('0', -power) : "#,0", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\"/>\n");

    private static void Text(StringBuilder svg, double x, double y, string style, string text, string anchor = "start") =>
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>\n");
}
