using System.Globalization;

namespace DmaKit.Qemu;

/// <summary>
/// A WAV file for what a sound card of QEMU's plays. It has no name in the file system, and is gone with this process however that ends.
/// </summary>
/// <remarks>
/// Two channels of 16 bits at a rate that the caller names. Where that is the card's rate, QEMU's mixer leaves samples of 16 bits as they are. QEMU writes the file when the card's first
/// converter starts, and anew when its rate or format changes; it is whole when the platform was closed.
/// </remarks>
public sealed class QemuSoundFile : IDisposable
{
    // How often QEMU moves samples, in microseconds. It moves one period of the card at most each time: at its own default of 10 ms a card with short periods would be slow.
    private const int Tick = 1000;

    private readonly NamelessFile _file = new();

    /// <summary>By which name QEMU, and this process, can open it until it is disposed.</summary>
    public string PathForQemu => _file.Path;

    /// <summary>The back end that writes it, for <see cref="QemuPlatformOptions.AudioBackends"/>.</summary>
    /// <param name="id">The name by which a device asks for it, as in <c>ES1370,audiodev=ID</c>.</param>
    /// <param name="rate">Frames a second.</param>
    public string Backend(string id, double rate) => BackendFor(PathForQemu, id, rate);

    /// <summary>The back end that writes a file with a name.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="id">The name by which a device asks for it.</param>
    /// <param name="rate">Frames a second.</param>
    public static string BackendFor(string path, string id, double rate) => string.Create(
        CultureInfo.InvariantCulture, $"wav,id={id},path={QemuPlatformOptions.Escape(path)},out.frequency={rate},timer-period={Tick}");

    /// <summary>Opens it for reading from its start.</summary>
    public Stream OpenRead() => new FileStream(PathForQemu, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Gives the file up; its bytes are gone when nobody has it open.</summary>
    public void Dispose() => _file.Dispose();
}
