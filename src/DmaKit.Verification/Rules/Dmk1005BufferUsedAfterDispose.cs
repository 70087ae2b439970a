namespace DmaKit.Verification;

/// <summary>A common buffer was used after its disposal.</summary>
internal sealed class Dmk1005BufferUsedAfterDispose : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1005";

    /// <inheritdoc/>
    public override string Name => "buffer-used-after-dispose";

    /// <inheritdoc/>
    public override string Meaning => "A common buffer was used after it had been disposed.";

    /// <inheritdoc/>
    public override string Cause => "It is disposed in one path, and a handler or a pending task still uses it.";

    /// <inheritdoc/>
    public override string Mend => "Dispose it last: stop the device, remove the handler, await what is pending, then dispose.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W24"];

    internal override IReadOnlyList<string> Core => ["buffer-used-after-dispose"];
}
