namespace DmaKit.Verification;

/// <summary>A common buffer was alive when its adapter was closed.</summary>
internal sealed class Dmk6003BufferNotDisposed : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6003";

    /// <inheritdoc/>
    public override string Name => "buffer-not-disposed";

    /// <inheritdoc/>
    public override string Meaning => "A common buffer, or the pool or heap over it, had not been disposed when its adapter was.";

    /// <inheritdoc/>
    public override string Cause => "A path of the driver's start or stop forgets it.";

    /// <inheritdoc/>
    public override string Mend => "Dispose buffers, pools and heaps in reverse order of their making, before the adapter; a failed start disposes what it has made.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W08", "W42", "L23"];

    internal override IReadOnlyList<string> Core => ["buffer-not-disposed"];
}
