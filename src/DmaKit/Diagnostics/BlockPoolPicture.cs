namespace DmaKit;

/// <summary>Draws a pool: a grid of cells for each common buffer.</summary>
internal static class BlockPoolPicture
{
    private const int Width = 960;
    private const int Margin = 24;
    private const int MostCells = 8192;
    private const string Out = "#4e79a7";
    private const string Retired = "#e15759";

    internal static void Write(BlockPoolSnapshot pool, TextWriter writer)
    {
        BlockPoolStatistics s = pool.Statistics;
        int perCell = Math.Max(1, (s.Capacity + MostCells - 1) / MostCells);
        int cells = (s.Capacity + perCell - 1) / perCell;
        int size = cells <= 128 ? 28 : cells <= 1024 ? 20 : 12;
        int columns = (Width - (2 * Margin)) / size;

        // Many small buffers share a grid, with the buffers told by the tips; a few get a grid and a heading each.
        bool apart = pool.Regions.Count <= 12;
        IReadOnlyList<BlockPoolRegion> grids = apart ? pool.Regions : [new BlockPoolRegion($"{pool.Regions.Count} buffers", pool.Regions[0].Range, 0, s.Capacity)];
        int rows = grids.Sum(g => Rows(g, perCell, columns));
        int height = 112 + (grids.Count * 30) + (rows * size) + 24;
        var page = new SvgPage(writer, Width, height, $"pool {pool.Name}");
        page.Text(Margin, 34, $"pool '{pool.Name}'", size: 18, bold: true);
        page.Text(Margin, 56, $"{s.Capacity} blocks of {SvgPage.Bytes(pool.BlockLength)}: {s.Live} out, {s.Available} free ({s.Cached} in caches), peak {s.Peak}, waiters {s.Waiters}", SvgPage.Faint);
        Legend(page, perCell);
        double y = 96;
        foreach (BlockPoolRegion grid in grids)
        {
            y += 20;
            string place = apart ? $"{grid.Buffer}  {grid.Range.Start}  {SvgPage.Bytes(grid.Range.Length)}" : grid.Buffer;
            page.Text(Margin, y, $"{place}, blocks {grid.FirstBlock} to {grid.FirstBlock + grid.Blocks - 1}", SvgPage.Faint);
            y += 10;
            for (int at = 0, cell = 0; at < grid.Blocks; at += perCell, cell++)
                Cell(page, pool, grid.FirstBlock + at, Math.Min(perCell, grid.Blocks - at), Margin + (cell % columns * size), y + (cell / columns * size), size - 2);
            y += Rows(grid, perCell, columns) * size;
        }

        page.End();
    }

    private static int Rows(BlockPoolRegion grid, int perCell, int columns) => (((grid.Blocks + perCell - 1) / perCell) + columns - 1) / columns;

    private static void Cell(SvgPage page, BlockPoolSnapshot pool, int first, int count, double x, double y, int size)
    {
        int rented = 0;
        int retired = 0;
        for (int i = first; i < first + count; i++)
        {
            if (pool.Blocks[i] == BlockState.Rented) rented++;
            else if (pool.Blocks[i] == BlockState.Retired) retired++;
        }

        page.Rect(x, y, size, size, SvgPage.Open, count == 1 ? $"block {first}: {pool.Blocks[first]}" : $"blocks {first} to {first + count - 1}: {rented} out", SvgPage.Edge);
        if (rented > 0) page.Rect(x, y + (size * (1 - ((double)rented / count))), size, (double)size * rented / count, Out);
        if (retired > 0) page.Rect(x, y, size, (double)size * retired / count, Retired);
    }

    private static void Legend(SvgPage page, int perCell)
    {
        (string Colour, string Text)[] entries = [(Out, "out"), (SvgPage.Open, "free"), (Retired, "retired")];
        double x = Margin;
        foreach ((string colour, string text) in entries)
        {
            page.Rect(x, 72, 12, 12, colour, stroke: SvgPage.Edge);
            page.Text(x + 18, 82, text, SvgPage.Faint);
            x += 80;
        }

        if (perCell > 1) page.Text(x, 82, $"a cell is {perCell} blocks, filled as far as they are out", SvgPage.Faint);
    }
}
