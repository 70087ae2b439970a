namespace DmaKit.Platforms;

/// <summary>What can be said of a PCI function without opening it.</summary>
/// <param name="Address">Where it is, as <c>0000:03:00.0</c>.</param>
/// <param name="VendorId">The vendor's 16-bit id.</param>
/// <param name="DeviceId">The device's 16-bit id.</param>
/// <param name="ClassCode">The 24-bit class code: base class, subclass, programming interface.</param>
/// <param name="Description">A name for people.</param>
public sealed record PciFunctionInfo(string Address, ushort VendorId, ushort DeviceId, int ClassCode, string Description)
{
    /// <summary>One line: address, ids and name.</summary>
    public override string ToString() => $"{Address} {VendorId:x4}:{DeviceId:x4} {Description}";
}
