namespace DmaKit.Verification;

/// <summary>A command pool's supervisor threw.</summary>
internal sealed class Dmk6011SupervisorThrew : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6011";

    /// <inheritdoc/>
    public override string Name => "supervisor-threw";

    /// <inheritdoc/>
    public override string Meaning => "The supervisor of a command pool threw when it was told of a command that overstayed: nobody aborts that command, and its memory stays the device's.";

    /// <inheritdoc/>
    public override string Cause => "The supervisor touches the device's registers without a thought of a device that is gone, or of a pool that is closed.";

    /// <inheritdoc/>
    public override string Mend => "Catch what the device may throw in OnOverdue, and start long work there instead of doing it.";

    internal override IReadOnlyList<string> Core => ["supervisor-threw"];
}
