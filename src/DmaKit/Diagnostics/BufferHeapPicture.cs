using System.Numerics;

namespace DmaKit;

/// <summary>Draws a heap: the memory as a strip that is folded into rows, addresses at the left.</summary>
internal static class BufferHeapPicture
{
    private const int Width = 1080;
    private const int Left = 116;
    private const int Margin = 24;
    private const int RowHeight = 22;
    private const int RowGap = 5;

    /// <summary>Pieces without a name, from light to dark by length.</summary>
    private static readonly (long Upto, string Colour, string Text)[] Sizes =
    [
        (256, "#b9d3ea", "up to 256 B"),
        (4096, "#8fb8dd", "up to 4 KiB"),
        (65536, "#5f93c4", "up to 64 KiB"),
        (long.MaxValue, "#35689b", "longer"),
    ];

    internal static void Write(BufferHeapSnapshot heap, TextWriter writer)
    {
        BufferHeapStatistics s = heap.Statistics;
        Dictionary<string, string> colours = Colours(heap);
        List<(string Colour, string Text)> legend = Legend(heap, colours);
        int rows = Math.Clamp((int)Math.Sqrt(heap.Runs.Count * 6.0), 4, 64);

        // A power of two a row, so that the addresses at the left are round.
        long perRow = Math.Max(heap.Granule, (long)BitOperations.RoundUpToPowerOf2((ulong)((heap.Range.Length + rows - 1) / rows)));
        rows = (int)((heap.Range.Length + perRow - 1) / perRow);
        int legendRows = (legend.Count + 3) / 4;
        double top = 84 + (legendRows * 20);
        var page = new SvgPage(writer, Width, (int)top + (rows * (RowHeight + RowGap)) + Margin, $"heap {heap.Name}");
        page.Text(Margin, 34, $"heap '{heap.Name}'", size: 18, bold: true);
        page.Text(
            Margin, 56,
            $"{SvgPage.Bytes(s.Capacity)}: {s.LivePieces} pieces of {SvgPage.Bytes(s.LiveBytes)}, {SvgPage.Bytes(s.FreeBytes)} free in {s.FreeRuns} runs, longest {SvgPage.Bytes(s.LargestFreeRun)}, fragmentation {s.Fragmentation:F2}, peak {SvgPage.Bytes(s.PeakBytes)}",
            SvgPage.Faint);
        for (int i = 0; i < legend.Count; i++)
        {
            double x = Margin + (i % 4 * 250);
            double y = 72 + (i / 4 * 20);
            page.Rect(x, y, 12, 12, legend[i].Colour, stroke: SvgPage.Edge);
            page.Text(x + 18, y + 10, legend[i].Text, SvgPage.Faint);
        }

        for (int row = 0; row < rows; row++)
            page.Text(Left - 10, Y(top, row) + 15, (heap.Range.Start + (row * perRow)).ToString(), SvgPage.Faint, 11, anchor: "end");
        foreach (HeapRun run in heap.Runs) Draw(page, heap, run, colours, top, perRow);
        page.End();
    }

    /// <summary>A run, in as many parts as it has rows.</summary>
    private static void Draw(SvgPage page, BufferHeapSnapshot heap, HeapRun run, Dictionary<string, string> colours, double top, long perRow)
    {
        double scale = (double)(Width - Left - Margin) / perRow;
        long at = run.Range.Start - heap.Range.Start;
        long end = at + run.Range.Length;
        string fill = run.IsFree ? SvgPage.Open : run.Name is null ? Sizes.First(z => run.Range.Length <= z.Upto).Colour : colours[run.Name];
        string tip = $"{run.Range.Start}, {run.Range.Length} bytes: {(run.IsFree ? "free" : run.Name ?? "a piece without name")}";
        bool labelled = run.IsFree || run.Name is null;
        while (at < end)
        {
            long row = at / perRow;
            long stop = Math.Min(end, (row + 1) * perRow);
            double x = Left + ((at - (row * perRow)) * scale);
            double width = (stop - at) * scale;

            // A hair of white between neighbours, as long as there is room for it.
            double gap = width > 4 ? 1 : 0;
            page.Rect(x, Y(top, (int)row), width - gap, RowHeight, fill, tip, run.IsFree ? SvgPage.Edge : null);
            if (!labelled && width > 10 + (7.2 * run.Name!.Length))
            {
                page.Text(x + 5, Y(top, (int)row) + 15, run.Name, Dark(fill) ? "#ffffff" : SvgPage.Ink, 11);
                labelled = true;
            }

            at = stop;
        }
    }

    private static double Y(double top, int row) => top + (row * (RowHeight + RowGap));

    /// <summary>The names that take most get a colour of their own, the others share the last one.</summary>
    private static Dictionary<string, string> Colours(BufferHeapSnapshot heap)
    {
        var colours = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, _, _) in Names(heap))
            colours.Add(name, SvgPage.Palette[Math.Min(colours.Count, SvgPage.Palette.Length - 1)]);
        return colours;
    }

    private static List<(string Colour, string Text)> Legend(BufferHeapSnapshot heap, Dictionary<string, string> colours)
    {
        var legend = new List<(string Colour, string Text)>();
        int own = SvgPage.Palette.Length - 1;
        List<(string Name, int Count, long Bytes)> names = [.. Names(heap)];
        foreach ((string name, int count, long bytes) in names.Take(own))
            legend.Add((colours[name], $"{(name.Length > 16 ? name[..15] + "…" : name)}: {count}, {SvgPage.Bytes(bytes)}"));
        if (names.Count > own) legend.Add((SvgPage.Palette[own], $"{names.Count - own} other names: {SvgPage.Bytes(names.Skip(own).Sum(n => n.Bytes))}"));
        long from = 0;
        foreach ((long upto, string colour, string text) in Sizes)
        {
            List<HeapRun> some = [.. heap.Runs.Where(r => !r.IsFree && r.Name is null && r.Range.Length > from && r.Range.Length <= upto)];
            from = upto;
            if (some.Count > 0) legend.Add((colour, $"no name, {text}: {some.Count}, {SvgPage.Bytes(some.Sum(r => r.Range.Length))}"));
        }

        legend.Add((SvgPage.Open, $"free: {SvgPage.Bytes(heap.Statistics.FreeBytes)}"));
        return legend;
    }

    private static IEnumerable<(string Name, int Count, long Bytes)> Names(BufferHeapSnapshot heap) =>
        heap.Runs.Where(r => r.Name is not null).GroupBy(r => r.Name!, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Count: g.Count(), Bytes: g.Sum(r => r.Range.Length)))
            .OrderByDescending(n => n.Bytes).ThenBy(n => n.Name, StringComparer.Ordinal);

    private static bool Dark(string colour) =>
        (0.3 * Convert.ToInt32(colour[1..3], 16)) + (0.59 * Convert.ToInt32(colour[3..5], 16)) + (0.11 * Convert.ToInt32(colour[5..7], 16)) < 150;
}
