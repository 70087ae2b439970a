using System.Globalization;
using System.Security;

namespace DmaKit;

/// <summary>Writes the few shapes that memory maps are made of, as SVG that any browser shows in light and dark.</summary>
internal sealed class SvgPage
{
    /// <summary>Colours that stay apart from each other, for names.</summary>
    internal static readonly string[] Palette =
        ["#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#edc948", "#b07aa1", "#9c755f", "#ff9da7", "#5f6b7a"];

    internal const string Ink = "#1f2933";
    internal const string Faint = "#66737f";
    internal const string Open = "#eceff2";
    internal const string Edge = "#c3cbd3";

    private readonly TextWriter _writer;

    internal SvgPage(TextWriter writer, int width, int height, string title)
    {
        _writer = writer;
        writer.Write($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, 'DejaVu Sans', sans-serif\" font-size=\"12\">\n");
        writer.Write($"<title>{Escape(title)}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n");
    }

    internal void Rect(double x, double y, double width, double height, string fill, string? tip = null, string? stroke = null)
    {
        _writer.Write($"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" fill=\"{fill}\"");
        if (stroke is not null) _writer.Write($" stroke=\"{stroke}\" stroke-width=\"0.75\"");
        _writer.Write(tip is null ? "/>\n" : $"><title>{Escape(tip)}</title></rect>\n");
    }

    internal void Text(double x, double y, string text, string fill = Ink, int size = 12, bool bold = false, string anchor = "start") =>
        _writer.Write($"<text x=\"{N(x)}\" y=\"{N(y)}\" fill=\"{fill}\" font-size=\"{size}\"{(bold ? " font-weight=\"600\"" : "")}{(anchor == "start" ? "" : $" text-anchor=\"{anchor}\"")}>{Escape(text)}</text>\n");

    internal void End() => _writer.Write("</svg>\n");

    /// <summary>A length for people: 64 B, 12 KiB, 1.5 MiB.</summary>
    internal static string Bytes(long length)
    {
        ReadOnlySpan<string> units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = length;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++) value /= 1024;
        return value.ToString(value >= 100 || value == Math.Floor(value) ? "F0" : "F1", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    private static string N(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    private static string Escape(string text) => SecurityElement.Escape(text) ?? "";
}
