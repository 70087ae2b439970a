namespace DmaKit;

/// <summary>How it is known that a device does not touch a piece of memory any more.</summary>
public enum QuietProof
{
    /// <summary>The driver said so, after its own stop or register reset.</summary>
    Declared,

    /// <summary>The platform reset the function.</summary>
    FunctionReset,

    /// <summary>The IOMMU entry was taken away and the invalidation confirmed. Proves it for host memory, not for the logical range.</summary>
    Unmapped,

    /// <summary>The process that played the device is known to be dead.</summary>
    DeviceGone,

    /// <summary>The device was never told: nothing was written to its registers since it was last known quiet.</summary>
    NeverTold,
}
