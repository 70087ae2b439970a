namespace DmaKit.Verification;

/// <summary>A common buffer was disposed while something still used it.</summary>
internal sealed class Dmk1017BufferDisposedInUse : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1017";

    /// <inheritdoc/>
    public override string Name => "buffer-disposed-in-use";

    /// <inheritdoc/>
    public override string Meaning => "A common buffer was disposed while a pool, a heap or mappings still used it. Its memory is in quarantine, and what used it throws from now on.";

    /// <inheritdoc/>
    public override string Cause => "The parts of a driver are disposed in the order in which they were made instead of the reverse, or the buffer under a pool or heap is disposed as well as the pool or heap.";

    /// <inheritdoc/>
    public override string Mend => "Await the requests and dispose in reverse order. A pool or heap disposes the buffers under it: leave those alone.";

    internal override IReadOnlyList<string> Core => ["buffer-disposed-while-in-use"];
}
