using DmaKit.Formats;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>QEMU's model of the card, whose cable ends in a WAV file that QEMU writes, or begins in a file that it reads.</summary>
internal sealed class QemuSoundStand : SoundStand
{
    private readonly QemuSoundFile _file;
    private readonly QemuSoundSource _source;
    private readonly QemuPlatform _platform;

    private QemuSoundStand(QemuSoundFile file, QemuSoundSource source, QemuPlatform platform)
    {
        _file = file;
        _source = source;
        _platform = platform;
    }

    public override DmaPlatform Platform => _platform;

    public override int UnsignedMiddle => 127;

    /// <summary>Starts QEMU.</summary>
    /// <param name="rate">The rate of the cable. A file in two channels of 16 bits at the card's own rate has the card's samples as they are.</param>
    /// <param name="hears">What it captures; null for a card that plays: QEMU has no cable that does both.</param>
    /// <param name="iommu">Whether VT-d translates, and memory is in single pages.</param>
    public static async Task<SoundStand> StartAsync(double rate, byte[]? hears, bool iommu)
    {
        QemuMachine.Require();
        var file = new QemuSoundFile();
        var source = new QemuSoundSource();
        try
        {
            source.Append(hears);
            QemuPlatform platform = await QemuMachine.StartAsync(new QemuPlatformOptions
            {
                MemoryBytes = 64 << 20,
                LowMemoryBytes = 32 << 20,
                Iommu = iommu,
                Fragmentation = iommu ? 1 : 0,
                Devices = ["ES1370,audiodev=a0"],
                AudioBackends = [hears is null ? file.Backend("a0", rate) : source.Backend("a0", rate)],
                Variables = source.Variables,
            });
            return new QemuSoundStand(file, source, platform);
        }
        catch
        {
            file.Dispose();
            source.Dispose();
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
        _source.Dispose();
    }
}
