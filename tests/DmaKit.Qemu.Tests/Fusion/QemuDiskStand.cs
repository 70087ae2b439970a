using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>QEMU's adapter, with raw images as disks.</summary>
internal sealed class QemuDiskStand : DiskStand
{
    private readonly TempFolder _folder;
    private readonly QemuPlatform _platform;

    private QemuDiskStand(TempFolder folder, QemuPlatform platform)
    {
        _folder = folder;
        _platform = platform;
    }

    public static async Task<QemuDiskStand> StartAsync(DiskSetup setup, bool iommu)
    {
        QemuMachine.Require();
        var folder = new TempFolder();
        try
        {
            for (int i = 0; i < setup.Disks; i++)
            {
                await using FileStream image = File.Create(folder.File($"disk{i}"));
                image.SetLength(setup.DiskBytes);
            }

            QemuPlatform platform = await QemuMachine.StartAsync(new QemuPlatformOptions
            {
                MemoryBytes = MemoryBytes,
                LowMemoryBytes = LowMemoryBytes,
                SystemBuffersAbove4G = setup.High,
                Fragmentation = setup.Fragmentation,
                Seed = Seed,
                AllowMessages = setup.Messages,
                Iommu = iommu,
                Drives = [.. Enumerable.Range(0, setup.Disks).Select(i => new QemuDrive($"d{i}", folder.File($"disk{i}")) { IsReadOnly = setup.ReadOnly })],
                Devices =
                [
                    "mptsas1068,id=mpt0,addr=3",
                    .. Enumerable.Range(0, setup.Disks).Select(i => $"scsi-hd,drive=d{i},bus=mpt0.0,scsi-id={i},serial=disk{i}"),
                ],
            });
            return new QemuDiskStand(folder, platform);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public override DmaPlatform Platform => _platform;

    public override byte[] BytesOn(int disk, long offset, int length)
    {
        var bytes = new byte[length];
        using FileStream image = File.Open(_folder.File($"disk{disk}"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        image.Position = offset;
        image.ReadExactly(bytes);
        return bytes;
    }

    public override async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        _folder.Dispose();
    }
}
