using DmaKit.Platforms;
using DmaKit.Qemu.Tests;

namespace DmaKit.Vfio.GuestTests;

[Trait("also", "noiommu")]
public sealed class Es1370Tests(ITestOutputHelper output) : Es1370Suite(output)
{
    protected override async ValueTask<SoundStand> StartAsync(double rate, byte[]? hears = null)
    {
        if (hears is null) return new VfioSoundStand((int)rate);
        var stand = new VfioSoundStand(rate: null);

        // The card has heard nothing yet, so the file that it hears is read from its beginning.
        await using FileStream sound = new(Guest.File("hearing"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await sound.WriteAsync(hears);
        return stand;
    }

    /// <summary>A card for each rate, whose cable ends in a file that goes on from test to test; and one, for one test, that hears a file and then silence, 22,050 frames a second.</summary>
    private sealed class VfioSoundStand : SoundStand
    {
        private const int HeaderBytes = 44;

        private readonly VfioPlatform _platform;
        private readonly string? _file;
        private readonly long _before;

        public VfioSoundStand(int? rate)
        {
            _platform = Guest.Start(new(), rate switch
            {
                null => Guest.Hearing,
                22_050 => "0000:00:07.0",
                44_100 => "0000:00:08.0",
                11_025 => "0000:00:09.0",
                _ => throw new ArgumentOutOfRangeException(nameof(rate), rate, "The guest has no card for that rate."),
            });
            if (rate is null) return;
            _file = Guest.File($"{rate}.wav");
            _before = File.Exists(_file) ? Math.Max(HeaderBytes, new FileInfo(_file).Length) : HeaderBytes;
        }

        public override DmaPlatform Platform => _platform;

        public override int UnsignedMiddle => 127;

        public override short[] Heard()
        {
            using FileStream file = File.Open(_file!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Position = _before;
            var all = new byte[file.Length - _before];
            file.ReadExactly(all);

            // QEMU writes the file in blocks: the silence that the test before ended with may come first.
            var samples = new short[all.Length / 4 * 2];
            Buffer.BlockCopy(all, 0, samples, 0, samples.Length * sizeof(short));
            int first = Array.FindIndex(samples, s => s != 0);
            return first < 0 ? samples : samples[(first & ~1)..];
        }
    }
}
