namespace DmaKit.Vfio.Native;

/// <summary>Numbers of VFIO's and iommufd's requests: type ';' in the second byte, counted from 100 and 128 in the first, without a direction or a size.</summary>
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
    internal const nuint BindDevice = 0x3B76;
    internal const nuint AttachDevice = 0x3B77;
    internal const nuint DestroySpace = 0x3B80;
    internal const nuint AllocateSpace = 0x3B81;
    internal const nuint AskRanges = 0x3B84;
    internal const nuint MapSpace = 0x3B85;
    internal const nuint UnmapSpace = 0x3B86;
}
