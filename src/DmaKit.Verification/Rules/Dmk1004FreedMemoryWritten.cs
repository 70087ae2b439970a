namespace DmaKit.Verification;

/// <summary>Memory of a freed common buffer was written.</summary>
internal sealed class Dmk1004FreedMemoryWritten : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1004";

    /// <inheritdoc/>
    public override string Name => "freed-memory-written";

    /// <inheritdoc/>
    public override string Meaning => "The memory of a common buffer was written after it had been given back.";

    /// <inheritdoc/>
    public override string Cause => "A span or reference was kept beyond Dispose, or DeclareQuiet was called while the device still wrote.";

    /// <inheritdoc/>
    public override string Mend => "Take spans anew where they are used, and stop the device and wait until it has stopped before DeclareQuiet.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W17"];

    internal override void OnLetGo(VerifierBooks books, FreedRun freed) => Look(books, freed);

    internal override void OnCheck(VerifierBooks books)
    {
        foreach (VerifiedMemory memory in books.Memories)
            foreach (FreedRun freed in memory.Freed()) Look(books, freed);
    }

    private void Look(VerifierBooks books, FreedRun freed)
    {
        int first = freed.Told ? -1 : Pattern.FirstOther(freed.Bytes, Pattern.Freed);
        if (first < 0) return;
        freed.Told = true;
        BufferRecord? buffer = books.Freed.FirstOrDefault(b => b.Range.Start == freed.Inside.Logical);
        books.Report(
            this, buffer?.Name ?? "map registers", $"byte {first} of {freed.Inside.Length} was written after it had been given back{(buffer is null ? "" : $" at {buffer.FreedAt}")}.",
            buffer?.Origin);
    }
}
