namespace DmaKit.Verification;

/// <summary>An adapter was used after its disposal.</summary>
internal sealed class Dmk6009AdapterUsedAfterDispose : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6009";

    /// <inheritdoc/>
    public override string Name => "adapter-used-after-dispose";

    /// <inheritdoc/>
    public override string Meaning => "Something was allocated, mapped or reserved through an adapter that had been disposed; that was refused.";

    /// <inheritdoc/>
    public override string Cause => "A request comes in while the driver stops, and nothing holds it off.";

    /// <inheritdoc/>
    public override string Mend => "Refuse new requests first, await those that run, then dispose the adapter.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W24"];

    internal override IReadOnlyList<string> Core => ["adapter-used-after-dispose"];
}
