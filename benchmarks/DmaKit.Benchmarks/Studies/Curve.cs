using System.Globalization;

namespace DmaKit.Benchmarks;

/// <summary>A picture of how a cost grows: the number of things on a logarithmic axis, nanoseconds on a plain one that starts at 0.</summary>
internal static class Curve
{
    private const int Width = 640;
    private const int Height = 320;
    private const int Left = 70;
    private const int Bottom = 270;
    private const int Top = 50;
    private const int Right = 610;

    private static readonly string[] Colours = ["#1f77b4", "#d62728", "#2ca02c"];

    public static void Write(string path, string title, string across, string up, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> lines)
    {
        double low = Math.Log2(lines.SelectMany(l => l.Points).Min(p => p.X));
        double high = Math.Log2(lines.SelectMany(l => l.Points).Max(p => p.X));
        double most = Round(lines.SelectMany(l => l.Points).Max(p => p.Y) * 1.15);
        double X(double x) => Left + ((Math.Log2(x) - low) / Math.Max(1e-9, high - low) * (Right - Left));
        double Y(double y) => Bottom - (y / most * (Bottom - Top));
        using var svg = new StreamWriter(path) { NewLine = "\n" };
        svg.WriteLine($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">");
        svg.WriteLine($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        svg.WriteLine($"<text x=\"{Left}\" y=\"24\" font-size=\"15\">{title}</text>");
        for (int i = 0; i <= 4; i++)
        {
            double y = most * i / 4;
            svg.WriteLine($"<line x1=\"{Left}\" x2=\"{Right}\" y1=\"{F(Y(y))}\" y2=\"{F(Y(y))}\" stroke=\"#dddddd\"/>");
            svg.WriteLine($"<text x=\"{Left - 6}\" y=\"{F(Y(y) + 4)}\" text-anchor=\"end\">{F(y)}</text>");
        }

        foreach (double x in lines.SelectMany(l => l.Points).Select(p => p.X).Distinct().Order())
            svg.WriteLine($"<text x=\"{F(X(x))}\" y=\"{Bottom + 18}\" text-anchor=\"middle\">{x.ToString("N0", CultureInfo.InvariantCulture)}</text>");
        svg.WriteLine($"<text x=\"{(Left + Right) / 2}\" y=\"{Bottom + 38}\" text-anchor=\"middle\">{across}</text>");
        svg.WriteLine($"<text x=\"16\" y=\"{(Top + Bottom) / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {(Top + Bottom) / 2})\">{up}</text>");
        for (int i = 0; i < lines.Count; i++)
        {
            string colour = Colours[i % Colours.Length];
            svg.WriteLine($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', lines[i].Points.Select(p => $"{F(X(p.X))},{F(Y(p.Y))}"))}\"/>");
            foreach ((double x, double y) in lines[i].Points) svg.WriteLine($"<circle cx=\"{F(X(x))}\" cy=\"{F(Y(y))}\" r=\"3\" fill=\"{colour}\"><title>{x:N0}: {y:F1} ns</title></circle>");
            svg.WriteLine($"<text x=\"{Left + 10 + (i * 180)}\" y=\"42\" fill=\"{colour}\">{lines[i].Name}</text>");
        }

        svg.WriteLine("</svg>");
    }

    private static string F(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The next of 1, 2, 4 or 8 times a power of ten.</summary>
    private static double Round(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        foreach (double step in (double[])[1, 2, 4, 8, 10])
            if (step * power >= value) return step * power;
        return value;
    }
}
