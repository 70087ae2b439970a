using DmaKit.Platforms;
using DmaKit.Qemu.Tests;

namespace DmaKit.Vfio.GuestTests;

public sealed class Es1370Tests(ITestOutputHelper output) : Es1370Suite(output)
{
    protected override ValueTask<SoundStand> StartAsync(double rate, bool captures = false) => new(new VfioSoundStand(captures ? null : (int)rate));

    /// <summary>A card for each rate, whose cable ends in a file that goes on from test to test; and one that hears silence.</summary>
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
                null => Guest.Silent,
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
