namespace DmaKit.Verification;

/// <summary>The bytes around a common buffer were written.</summary>
internal sealed class Dmk1001BufferOverrun : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1001";

    /// <inheritdoc/>
    public override string Name => "buffer-overrun";

    /// <inheritdoc/>
    public override string Meaning => "Bytes behind a common buffer were written: by its device, since the driver's own accesses are checked.";

    /// <inheritdoc/>
    public override string Cause => "The device was told a greater length than the buffer has, or more descriptors than the ring holds.";

    /// <inheritdoc/>
    public override string Mend => "Give the device CommonBuffer.Length, and the ring's own count of entries.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W16", "W18"];

    private readonly HashSet<CommonBuffer> _told = [];

    internal override void OnAllocated(VerifierBooks books, BufferRecord buffer) => buffer.Tail.Fill(Pattern.Guard);

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
        if (buffer.Memory is null) return;
        ReadOnlySpan<byte> tail = buffer.Tail;
        ReadOnlySpan<byte> fence = buffer.Memory.TryFences(buffer.Run, out FencedRun fences) ? fences.BackFence : [];
        int written = Pattern.CountOther(tail, Pattern.Guard) + Pattern.CountOther(fence, Pattern.Guard);
        if (written == 0 || !_told.Add(buffer.Buffer)) return;
        int first = Pattern.FirstOther(tail, Pattern.Guard);
        if (first < 0) first = tail.Length + Pattern.FirstOther(fence, Pattern.Guard);
        books.Report(
            this, buffer.Name, $"{written} bytes past its end were written, the first at {buffer.Range.Start + buffer.Range.Length + first}, {first} bytes past the end.", buffer.Origin);
    }
}
