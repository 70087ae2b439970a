namespace DmaKit.Verification;

/// <summary>Draws a snapshot: a row for each common buffer, as long as the longest of them is wide, with what is in it.</summary>
internal static class VerifierPicture
{
    private const int Width = 1080;
    private const int Left = 300;
    private const int Margin = 24;
    private const int RowHeight = 18;
    private const int RowGap = 8;
    private const int Top = 84;

    private const string Rented = "#8fb8dd", Mapped = "#f2c078", Posted = "#e15759";

    internal static void Write(VerifierSnapshot snapshot, TextWriter writer)
    {
        int rows = snapshot.Buffers.Count;
        int reports = Math.Min(snapshot.Reports.Count, 8);
        var page = new SvgPage(writer, Width, Top + (rows * (RowHeight + RowGap)) + (reports * 18) + (2 * Margin), "what is alive");
        page.Text(Margin, 34, $"what is alive on platform '{snapshot.Platform}'", size: 18, bold: true);
        page.Text(
            Margin, 56,
            $"{rows} common buffers, {snapshot.Pieces.Count} pieces, {snapshot.Mappings.Count} mapped elements, {snapshot.Packets.Count} packets at devices, {snapshot.Reports.Count} reports",
            SvgPage.Faint);
        Legend(page, 560, Rented, "rented");
        Legend(page, 680, Mapped, "mapped");
        Legend(page, 800, Posted, "at the device");
        for (int row = 0; row < rows; row++) Draw(page, snapshot, snapshot.Buffers[row], Top + (row * (RowHeight + RowGap)));
        double below = Top + (rows * (RowHeight + RowGap)) + Margin;
        for (int i = 0; i < reports; i++) page.Text(Margin, below + (i * 18), snapshot.Reports[i].ToString(), Posted, 11);
        page.End();
    }

    private static void Legend(SvgPage page, double x, string colour, string text)
    {
        page.Rect(x, 64, 12, 12, colour, stroke: SvgPage.Edge);
        page.Text(x + 18, 74, text, SvgPage.Faint);
    }

    // Each buffer is drawn in its own scale: a ring of a page and a slab of megabytes are both to be seen into.
    private static void Draw(SvgPage page, VerifierSnapshot snapshot, VerifierSnapshotLine buffer, double y)
    {
        double scale = (double)(Width - Left - Margin) / buffer.Range.Length;
        page.Text(Left - 10, y + 13, $"{buffer.Name}, {SvgPage.Bytes(buffer.Range.Length)} at {buffer.Range.Start}", SvgPage.Faint, 11, anchor: "end");
        page.Rect(Left, y, Width - Left - Margin, RowHeight, SvgPage.Open, buffer.ToString(), SvgPage.Edge);
        Pieces(snapshot.Pieces, Rented);
        Pieces(snapshot.Mappings, Mapped);
        Pieces(snapshot.Packets, Posted);

        void Pieces(IReadOnlyList<VerifierSnapshotLine> lines, string colour)
        {
            foreach (VerifierSnapshotLine line in lines)
            {
                if (line.Device != buffer.Device || !buffer.Range.Contains(line.Range.Start)) continue;
                page.Rect(
                    Left + ((line.Range.Start - buffer.Range.Start) * scale), y + 2, Math.Max(1.5, line.Range.Length * scale), RowHeight - 4, colour, line.ToString(), SvgPage.Edge);
            }
        }
    }
}
