using DmaKit.Platforms;
using DmaKit.Qemu.Tests;

namespace DmaKit.Vfio.GuestTests;

[Trait("also", "uio")]
[Trait("also", "noiommu")]
public sealed class EduTests : EduSuite
{
    protected override ValueTask<DmaPlatform> StartAsync() => new(Guest.Start(new(), Guest.Edu));
}
