using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>Our model of the adapter, with disks in memory.</summary>
internal sealed class EmulatedDiskStand : DiskStand
{
    private readonly EmulatedPlatform _platform;
    private readonly MemoryDiskImage[] _images;

    public EmulatedDiskStand(DiskSetup setup)
    {
        _platform = new EmulatedPlatform(new EmulatedPlatformOptions
        {
            MemoryBytes = MemoryBytes,
            LowMemoryBytes = LowMemoryBytes,
            SystemBuffersAbove4G = setup.High,
            Fragmentation = setup.Fragmentation,
            Seed = Seed,
            AllowMessages = setup.Messages,
        });
        _images = [.. Enumerable.Range(0, setup.Disks).Select(_ => new MemoryDiskImage(setup.DiskBytes, setup.ReadOnly))];
        _platform.Add(new FusionMptAdapter([.. _images.Select((image, i) => new ScsiDisk(image, new ScsiDiskOptions { Serial = $"disk{i}" }))]));
    }

    public override DmaPlatform Platform => _platform;

    public override byte[] BytesOn(int disk, long offset, int length)
    {
        var bytes = new byte[length];
        _images[disk].Read(offset, bytes);
        return bytes;
    }

    public override ValueTask DisposeAsync() => _platform.DisposeAsync();
}
