using DmaKit.Formats;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>QEMU's model of the card, whose cable ends in a WAV file that QEMU writes.</summary>
internal sealed class QemuSoundStand : SoundStand
{
    private readonly QemuSoundFile _file;
    private readonly QemuPlatform _platform;

    private QemuSoundStand(QemuSoundFile file, QemuPlatform platform)
    {
        _file = file;
        _platform = platform;
    }

    public override DmaPlatform Platform => _platform;

    public override int UnsignedMiddle => 127;

    /// <summary>Starts QEMU.</summary>
    /// <param name="rate">The rate of the cable. A file in two channels of 16 bits at the card's own rate has the card's samples as they are.</param>
    /// <param name="captures">Whether the card hears something, silence: QEMU has no cable that writes a file and hears.</param>
    /// <param name="iommu">Whether VT-d translates, and memory is in single pages.</param>
    public static async Task<SoundStand> StartAsync(double rate, bool captures, bool iommu)
    {
        QemuMachine.Require();
        var file = new QemuSoundFile();
        try
        {
            QemuPlatform platform = await QemuMachine.StartAsync(new QemuPlatformOptions
            {
                MemoryBytes = 64 << 20,
                LowMemoryBytes = 32 << 20,
                Iommu = iommu,
                Fragmentation = iommu ? 1 : 0,
                Devices = ["ES1370,audiodev=a0"],
                AudioBackends = [captures ? QemuSoundFile.SilentBackend("a0") : file.Backend("a0", rate)],
            });
            return new QemuSoundStand(file, platform);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override short[] Heard()
    {
        using WavReader reader = WavReader.Open(_file.OpenRead());
        Assert.Equal((WavEncoding.Pcm, 16, 2), (reader.Format.Encoding, reader.Format.Bits, reader.Format.Channels));
        var all = new byte[reader.Frames!.Value * reader.Format.FrameBytes];
        Assert.Equal(all.Length, reader.Read(all));
        return ToStereo(new StreamFormat(SampleFormat.Int16, 2, reader.Format.SampleRate), all);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _file.Dispose();
    }
}
