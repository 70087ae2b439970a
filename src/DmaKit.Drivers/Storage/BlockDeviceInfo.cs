namespace DmaKit.Drivers;

/// <summary>What a block device says of itself.</summary>
public sealed record BlockDeviceInfo
{
    /// <summary>The length of a block in bytes.</summary>
    public required int BlockSize { get; init; }

    /// <summary>How many blocks there are.</summary>
    public required long BlockCount { get; init; }

    /// <summary>The length of the device in bytes.</summary>
    public long Length => BlockSize * BlockCount;

    /// <summary>Whether the device refuses writes.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Who made it; empty when it does not say.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>What it is; empty when it does not say.</summary>
    public string Product { get; init; } = "";

    /// <summary>Its serial number; empty when it does not say.</summary>
    public string Serial { get; init; } = "";
}
