using System.Globalization;

namespace DmaKit.Qemu;

/// <summary>
/// A sound that a capturing card of QEMU's hears, silence after it. It has no name in the file system, and is gone with this process however that ends.
/// </summary>
/// <remarks>
/// None of QEMU's own back ends reads a file; its ALSA back end does by way of the ALSA library, which takes a file for a sound card. One source for each QEMU. Frames have two channels of
/// 16 bits at a rate that the caller names; where that is the card's rate, QEMU's mixer leaves samples of 16 bits as they are. The card hears as much each millisecond as
/// belongs to one: when QEMU is held up it is slow, and makes up for nothing. For one thread at a time.
/// </remarks>
public sealed class QemuSoundSource : IDisposable
{
    // The name that both the back end and the library's configuration know.
    private const string Card = "dmakit";

    // How often QEMU asks for samples, and how much it takes then, in microseconds.
    private const int Tick = 1000;

    // Where a file ends ALSA hands out whatever it has. What was not written in a file is zeros, and costs no room.
    private const long LongestSilence = 1L << 36;

    private readonly NamelessFile _samples = new();
    private readonly NamelessFile _configuration = new();

    /// <summary>Makes an empty one: silence.</summary>
    /// <exception cref="IOException">It cannot be made in the system's directory for temporary files.</exception>
    public QemuSoundSource()
    {
        _samples.Content.SetLength(LongestSilence);
        _configuration.Content.Write(System.Text.Encoding.ASCII.GetBytes(
            $$"""
            pcm.{{Card}} {
                type file
                slave.pcm { type null }
                file "/dev/null"
                infile "{{_samples.Path}}"
                format "raw"
            }

            """));
    }

    /// <summary>What QEMU's process must find in its environment, for <see cref="QemuPlatformOptions.Variables"/>.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>(StringComparer.Ordinal) { ["ALSA_CONFIG_PATH"] = _configuration.Path };

    /// <summary>Adds frames to the sound; before the card begins to capture.</summary>
    /// <param name="frames">Frames of two channels of 16 bits, little-endian.</param>
    public void Append(ReadOnlySpan<byte> frames) => _samples.Content.Write(frames);

    /// <summary>The back end that hears it, for <see cref="QemuPlatformOptions.AudioBackends"/>.</summary>
    /// <param name="id">The name by which a device asks for it, as in <c>ES1370,audiodev=ID</c>.</param>
    /// <param name="rate">Frames a second.</param>
    public string Backend(string id, double rate) => string.Create(
        CultureInfo.InvariantCulture,
        $"alsa,id={id},in.dev={Card},in.try-poll=off,in.frequency={rate},in.channels=2,in.format=s16,in.buffer-length={Tick},in.period-length={Tick / 2},timer-period={Tick}");

    /// <summary>Gives the files up.</summary>
    public void Dispose()
    {
        _samples.Dispose();
        _configuration.Dispose();
    }
}
