namespace DmaKit.Drivers;

/// <summary>What one command may try again: once after a unit attention, once after somebody else's reset.</summary>
internal struct ScsiRetries
{
    private bool _attention;
    private bool _aborted;

    /// <summary>Whether to try again after this outcome; each reason counts once.</summary>
    public bool Allow(in ScsiOutcome outcome)
    {
        if (outcome.IsUnitAttention && !_attention) return _attention = true;
        if (outcome.MayTryAgain && !_aborted) return _aborted = true;
        return false;
    }
}
