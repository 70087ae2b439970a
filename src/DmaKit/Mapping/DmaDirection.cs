namespace DmaKit;

/// <summary>Which way the bytes of a mapping go.</summary>
[Flags]
public enum DmaDirection
{
    /// <summary>The device reads them.</summary>
    ToDevice = 1,

    /// <summary>The device writes them.</summary>
    FromDevice = 2,

    /// <summary>The device does both.</summary>
    Both = ToDevice | FromDevice,
}
