namespace DmaKit;

/// <summary>What is heard when a playing device reaches the end of what was written. Whatever it is, it is counted.</summary>
public enum UnderrunPolicy
{
    /// <summary>Silence: the ring ahead of valid data is kept silent. What is written next goes where it can still be heard.</summary>
    Silence,

    /// <summary>What is in the ring, again: the data of one lap before.</summary>
    Repeat,

    /// <summary>The device is stopped by the report that shows it. Prepare and start it again.</summary>
    Stop,
}
