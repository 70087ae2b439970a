using System.Collections;

namespace DmaKit.Verification;

/// <summary>Which granules of a heap were freed and filled with a pattern, and not taken since.</summary>
internal sealed class FreedGranules(BufferRecord buffer, int granule)
{
    private readonly BitArray _filled = new((int)Math.Min(buffer.Range.Length / granule, int.MaxValue));

    /// <summary>The buffer that the heap lies in.</summary>
    public BufferRecord Buffer => buffer;

    /// <summary>A piece is freed: it and the rest of its last granule are nobody's.</summary>
    public void Fill(PieceRecord piece)
    {
        Span<byte> bytes = piece.Taken;
        bytes.Fill(Pattern.Freed);
        Mark(piece, bytes.Length, filled: true);
    }

    /// <summary>A piece takes its granules.</summary>
    public void Forget(PieceRecord piece) => Mark(piece, piece.Taken.Length, filled: false);

    /// <summary>The first byte within a range that was written while it was nobody's, or null. What is found is told once.</summary>
    public LogicalAddress? FirstWritten(LogicalRange range)
    {
        long start = range.Start - buffer.Range.Start;
        int last = (int)Math.Min((start + range.Length - 1) / granule, _filled.Count - 1);
        for (int i = (int)(start / granule); i <= last; i++)
        {
            if (!_filled[i]) continue;

            // No further than the range: behind a piece that is taken lies another rule's pattern.
            long at = (long)i * granule;
            long length = Math.Min(granule, start + range.Length - at);
            int first = Pattern.FirstOther(buffer.At(buffer.Range.Start + at, length), Pattern.Freed);
            if (first < 0) continue;
            _filled[i] = false;
            return buffer.Range.Start + at + first;
        }

        return null;
    }

    private void Mark(PieceRecord piece, int length, bool filled)
    {
        int first = (int)((piece.Range.Start - buffer.Range.Start) / granule);
        int behind = Math.Min(first + (length / granule), _filled.Count);
        for (int i = first; i < behind; i++) _filled[i] = filled;
    }
}
