namespace DmaKit.Verification;

/// <summary>A command pool was disposed while packets were out.</summary>
internal sealed class Dmk3004PoolDisposedWhileCommandsOut : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK3004";

    /// <inheritdoc/>
    public override string Name => "pool-disposed-while-commands-out";

    /// <inheritdoc/>
    public override string Meaning => "A command pool was disposed while packets of it were out, posted or not. Their memory is in quarantine, and commands that are still posted end only when the device is quiet.";

    /// <inheritdoc/>
    public override string Cause => "The driver closes while requests are in flight, or an error path returns without giving back a packet that it had rented.";

    /// <inheritdoc/>
    public override string Mend => "Refuse new requests, stop the device, DeclareQuiet, await what was posted, and dispose commands that were not (a using statement does); then dispose the pool.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["L23"];

    internal override IReadOnlyList<string> Core => ["pool-disposed-while-in-use"];
}
