namespace DmaKit.Vfio.Native;

/// <summary>Numbers of VFIO's requests: type ';' in the second byte, counted from 100 in the first, without a direction or a size.</summary>
internal static class Request
{
    internal const nuint GetVersion = 0x3B64;
    internal const nuint CheckExtension = 0x3B65;
    internal const nuint SetIommu = 0x3B66;
    internal const nuint GetGroupStatus = 0x3B67;
    internal const nuint SetContainer = 0x3B68;
    internal const nuint UnsetContainer = 0x3B69;
    internal const nuint GetDevice = 0x3B6A;
    internal const nuint GetDeviceInfo = 0x3B6B;
    internal const nuint GetRegionInfo = 0x3B6C;
    internal const nuint GetIrqInfo = 0x3B6D;
    internal const nuint SetIrqs = 0x3B6E;
    internal const nuint Reset = 0x3B6F;
    internal const nuint GetIommuInfo = 0x3B70;
    internal const nuint MapDma = 0x3B71;
    internal const nuint UnmapDma = 0x3B72;
}
