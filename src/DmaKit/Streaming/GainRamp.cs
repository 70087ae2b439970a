namespace DmaKit;

/// <summary>A change of loudness over some frames, as a function of the frame alone: whoever mixes it again gets the same.</summary>
/// <param name="Start">The first frame that it changes.</param>
/// <param name="Length">Frames until it is done; 0 for at once.</param>
/// <param name="From">The gain before.</param>
/// <param name="To">The gain after.</param>
internal readonly record struct GainRamp(long Start, long Length, double From, double To)
{
    internal long End => Start + Length;

    internal bool Covers(long frame) => frame >= Start && frame < End;

    /// <summary>The frame after this one where the change begins or ends, if there is one.</summary>
    internal long NextEvent(long frame) => Start > frame ? Start : End > frame ? End : long.MaxValue;

    /// <summary>The gain at a frame. The middle is steepest and both ends are flat, which is what does not click.</summary>
    internal double At(long frame)
    {
        if (frame < Start) return From;
        if (frame >= End) return To;
        double x = (frame - Start + 0.5) / Length;
        return From + ((To - From) * (x * x * (3 - (2 * x))));
    }
}
