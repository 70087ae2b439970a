using DmaKit.Platforms;
using DmaKit.Qemu.Tests;

namespace DmaKit.Vfio.GuestTests;

[Trait("also", "noiommu")]
public sealed class FusionMptTests : FusionMptSuite
{
    protected override ValueTask<DiskStand> StartAsync(DiskSetup setup) =>
        new(new VfioDiskStand(Guest.Start(new() { AllowMessages = setup.Messages }, setup.ReadOnly ? Guest.ReadOnlyDisk : Guest.Disks)));

    /// <summary>Two adapters: one with two disks, one with a disk that may not be written. A test that wants one disk uses the first of two.</summary>
    private sealed class VfioDiskStand(VfioPlatform platform) : DiskStand
    {
        // Without an IOMMU it is the guest's own, which has none.
        public override bool HasHighMemory => Guest.Translates;

        public override DmaPlatform Platform => platform;

        public override byte[] BytesOn(int disk, long offset, int length)
        {
            var bytes = new byte[length];
            using FileStream image = File.Open(Guest.File($"disk{disk}"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            image.Position = offset;
            image.ReadExactly(bytes);
            return bytes;
        }

        public override ValueTask DisposeAsync() => platform.DisposeAsync();
    }
}
