namespace DmaKit;

/// <summary>
/// Samples that a <see cref="StreamComposer"/> mixes. It reads them again when the mix changes, so a source gives the same frames each time it is asked,
/// at least for the composer's lead.
/// </summary>
/// <remarks>Called by the composer's thread, under no lock of the library.</remarks>
public interface IStreamSource
{
    /// <summary>What its frames look like.</summary>
    StreamFormat Format { get; }

    /// <summary>How many frames it has; <see cref="long.MaxValue"/> where it has no end. May not change while a composer has it.</summary>
    long Frames { get; }

    /// <summary>Reads frames.</summary>
    /// <param name="frame">The first one, counted from the source's start: not negative, and less than <see cref="Frames"/>.</param>
    /// <param name="count">How many; never beyond <see cref="Frames"/>.</param>
    /// <param name="scratch">Room for them.</param>
    /// <returns>
    /// The frames: the first bytes of <paramref name="scratch"/>, or memory of the source's own that stays as it is while the composer has the source. Fewer than
    /// asked mean silence for the rest.
    /// </returns>
    ReadOnlySpan<byte> Read(long frame, int count, Span<byte> scratch);
}
