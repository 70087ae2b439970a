namespace DmaKit;

/// <summary>Where a packet of a command pool is in its life.</summary>
public enum CommandState
{
    /// <summary>Nobody's.</summary>
    Free,

    /// <summary>A holder's, who may edit it.</summary>
    Prepared,

    /// <summary>The device's.</summary>
    Posted,

    /// <summary>Back from the device; its caller has not taken the outcome yet.</summary>
    Completed,

    /// <summary>The device's still, although its caller gave up.</summary>
    Quarantined,
}
