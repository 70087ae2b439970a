namespace DmaKit.Emulation;

/// <summary>What a fault may do to the requests of a driver that does everything right.</summary>
[Flags]
public enum FaultEffect
{
    /// <summary>Nothing: requests take longer, and end as they should.</summary>
    None = 0,

    /// <summary>Requests may end with an error.</summary>
    Errors = 1,

    /// <summary>A request that ended well may lack bytes: where the device wrote nothing there are zeros, or what the caller had there. Never the bytes of others.</summary>
    MissingBytes = 2,

    /// <summary>A request that ended well may have wrong bytes: the device wrote them itself.</summary>
    WrongBytes = 4,
}
