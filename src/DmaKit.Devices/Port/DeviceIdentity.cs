namespace DmaKit.Devices;

/// <summary>What a device's configuration space says of it.</summary>
public sealed record DeviceIdentity
{
    /// <summary>The vendor's 16-bit id.</summary>
    public required ushort VendorId { get; init; }

    /// <summary>The device's 16-bit id.</summary>
    public required ushort DeviceId { get; init; }

    /// <summary>The 24-bit class code: base class, subclass, programming interface.</summary>
    public required int ClassCode { get; init; }

    /// <summary>The revision.</summary>
    public byte Revision { get; init; }

    /// <summary>A name for people.</summary>
    public required string Description { get; init; }

    /// <summary>The base address registers, by number.</summary>
    public required IReadOnlyList<BarSpecification> Bars { get; init; }

    /// <summary>How many MSI vectors the device has: 0, or a power of two up to 32.</summary>
    public int MessageVectors { get; init; }

    /// <summary>How many MSI-X vectors the device has, 0 to 2,048.</summary>
    public int MessageXVectors { get; init; }

    /// <summary>Whether the device has an INTx pin.</summary>
    public bool HasInterruptPin { get; init; } = true;

    /// <summary>Whether the function can be reset alone (function level reset).</summary>
    public bool HasFunctionReset { get; init; }
}
