namespace DmaKit.Verification;

/// <summary>What was written to a register so far, if it can have been addresses.</summary>
internal sealed class RegisterRecord
{
    private long _hits;
    private long _misses;

    /// <summary>Whether all that was written to it, and can have been an address, was one of something that lived.</summary>
    public bool TakesAddresses => _hits > 0 && _misses == 0;

    /// <summary>A value that can be an address was written.</summary>
    public void Note(bool hit)
    {
        if (hit) _hits++;
        else _misses++;
    }
}
