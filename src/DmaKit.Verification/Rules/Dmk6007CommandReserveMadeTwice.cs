namespace DmaKit.Verification;

/// <summary>A second command reserve was asked for.</summary>
internal sealed class Dmk6007CommandReserveMadeTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6007";

    /// <inheritdoc/>
    public override string Name => "command-reserve-made-twice";

    /// <inheritdoc/>
    public override string Meaning => "Map registers were to be set aside for commands although the adapter has such a reserve; that was refused.";

    /// <inheritdoc/>
    public override string Cause => "The start of the driver runs again, after a reset, and forgets that the reserve is still there.";

    /// <inheritdoc/>
    public override string Mend => "Reserve once for the adapter's life, or dispose the reserve when the device is stopped.";

    internal override IReadOnlyList<string> Core => ["command-reserve-made-twice"];
}
