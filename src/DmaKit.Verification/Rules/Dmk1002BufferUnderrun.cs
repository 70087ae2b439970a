namespace DmaKit.Verification;

/// <summary>The bytes in front of a common buffer were written.</summary>
internal sealed class Dmk1002BufferUnderrun : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1002";

    /// <inheritdoc/>
    public override string Name => "buffer-underrun";

    /// <inheritdoc/>
    public override string Meaning => "Bytes in front of a common buffer were written: by its device, since the driver's own accesses are checked.";

    /// <inheritdoc/>
    public override string Cause => "The device was told an address from which a header or an index was subtracted once too often, or a buffer that the device fills from its end was given too great a length.";

    /// <inheritdoc/>
    public override string Mend => "Take addresses from CommonBuffer.LogicalAt, which refuses what does not lie in the buffer, and compare the distance in the report with the sizes of your headers and entries.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W16", "W18"];

    private readonly HashSet<CommonBuffer> _told = [];

    internal override void OnFreed(VerifierBooks books, BufferRecord buffer, bool quarantined)
    {
        Look(books, buffer);
        _told.Remove(buffer.Buffer);
    }

    internal override void OnCheck(VerifierBooks books)
    {
        foreach (BufferRecord buffer in books.Buffers) Look(books, buffer);
    }

    private void Look(VerifierBooks books, BufferRecord buffer)
    {
        if (buffer.Memory is null || !buffer.Memory.TryFences(buffer.Run, out FencedRun fences)) return;
        ReadOnlySpan<byte> fence = fences.FrontFence;
        int written = Pattern.CountOther(fence, Pattern.Guard);
        if (written == 0 || !_told.Add(buffer.Buffer)) return;
        int furthest = fence.Length - Pattern.FirstOther(fence, Pattern.Guard);
        books.Report(
            this, buffer.Name, $"{written} bytes in front of its start were written, the first at {buffer.Range.Start - furthest}, {furthest} bytes before the start.", buffer.Origin);
    }
}
