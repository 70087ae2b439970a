using System.Runtime.InteropServices;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio.Tests;

/// <summary>Sizes and offsets of what the kernel and this library pass each other, as the kernel's public header has them.</summary>
public sealed class LayoutTests
{
    public static TheoryData<string, int, string> Structures => new()
    {
        { nameof(GroupStatus), 8, "Size 0, Flags 4" },
        { nameof(DeviceInfo), 24, "Size 0, Flags 4, Regions 8, Interrupts 12, Capabilities 16" },
        { nameof(RegionInfo), 32, "Size 0, Flags 4, Index 8, Capabilities 12, Length 16, Offset 24" },
        { nameof(IrqInfo), 16, "Size 0, Flags 4, Index 8, Count 12" },
        { nameof(IommuInfo), 24, "Size 0, Flags 4, PageSizes 8, Capabilities 16" },
        { nameof(DmaMap), 32, "Size 0, Flags 4, Host 8, Address 16, Length 24" },
        { nameof(DmaUnmap), 24, "Size 0, Flags 4, Address 8, Length 16" },
        { nameof(DeviceBind), 16, "Size 0, Flags 4, Iommu 8, Device 12" },
        { nameof(DeviceAttach), 12, "Size 0, Flags 4, Space 8" },
        { nameof(SpaceAllocate), 12, "Size 0, Flags 4, Space 8" },
        { nameof(SpaceDestroy), 8, "Size 0, Space 4" },
        { nameof(SpaceRanges), 32, "Size 0, Space 4, Count 8, Ranges 16, Alignment 24" },
        { nameof(SpaceMap), 40, "Size 0, Flags 4, Space 8, Host 16, Length 24, Address 32" },
        { nameof(SpaceUnmap), 24, "Size 0, Space 4, Address 8, Length 16" },
    };

    [Theory]
    [MemberData(nameof(Structures))]
    public void Structures_are_the_kernels(string name, int size, string offsets)
    {
        Type structure = typeof(DmaMap).Assembly.GetType($"DmaKit.Vfio.Native.{name}", throwOnError: true)!;
        Assert.Equal(size, Marshal.SizeOf(structure));
        Assert.Equal(offsets, string.Join(", ", structure.GetFields((System.Reflection.BindingFlags)(-1)).Where(f => !f.IsStatic).Select(f => $"{f.Name} {Marshal.OffsetOf(structure, f.Name)}")));
    }

    [Fact]
    public void Requests_are_numbered_one_after_the_other()
    {
        Assert.Equal(0x3B64u, (uint)Request.GetVersion);
        Assert.Equal((0x3B66u, 0x3B68u, 0x3B6Au), ((uint)Request.SetIommu, (uint)Request.SetContainer, (uint)Request.GetDevice));
        Assert.Equal((0x3B6Cu, 0x3B6Eu, 0x3B6Fu), ((uint)Request.GetRegionInfo, (uint)Request.SetIrqs, (uint)Request.Reset));
        Assert.Equal((0x3B70u, 0x3B71u, 0x3B72u), ((uint)Request.GetIommuInfo, (uint)Request.MapDma, (uint)Request.UnmapDma));
        Assert.Equal((0x3B76u, 0x3B77u), ((uint)Request.BindDevice, (uint)Request.AttachDevice));
        Assert.Equal((0x3B80u, 0x3B81u, 0x3B84u), ((uint)Request.DestroySpace, (uint)Request.AllocateSpace, (uint)Request.AskRanges));
        Assert.Equal((0x3B85u, 0x3B86u), ((uint)Request.MapSpace, (uint)Request.UnmapSpace));
    }
}
