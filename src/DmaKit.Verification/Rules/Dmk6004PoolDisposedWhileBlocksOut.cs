namespace DmaKit.Verification;

/// <summary>A pool was disposed while blocks were out.</summary>
internal sealed class Dmk6004PoolDisposedWhileBlocksOut : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6004";

    /// <inheritdoc/>
    public override string Name => "pool-disposed-while-blocks-out";

    /// <inheritdoc/>
    public override string Meaning => "A block pool was disposed while blocks of it were out: its memory is in quarantine, and handles to it are dead.";

    /// <inheritdoc/>
    public override string Cause => "The driver stops without waiting for what is still at the device.";

    /// <inheritdoc/>
    public override string Mend => "Stop the device, DeclareQuiet, return the blocks, then dispose the pool.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W42"];

    internal override IReadOnlyList<string> Core => ["pool-disposed-while-blocks-out"];
}
