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

    private readonly FileStream _file;

    /// <summary>Makes an empty file in the system's directory for temporary files.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public QemuSoundFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"dmakit-sound-{Guid.NewGuid():N}");
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        File.Delete(path);
    }

    /// <summary>By which name QEMU, and this process, can open it until it is disposed.</summary>
    public string PathForQemu => string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_file.SafeFileHandle.DangerousGetHandle()}");

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

    /// <summary>The back end of a card that captures: none of QEMU's reads a file, and this one hears silence. What is played goes nowhere.</summary>
    /// <param name="id">The name by which a device asks for it.</param>
    public static string SilentBackend(string id) => string.Create(CultureInfo.InvariantCulture, $"none,id={id},timer-period={Tick}");

    /// <summary>Opens it for reading from its start.</summary>
    public Stream OpenRead() => new FileStream(PathForQemu, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Gives the file up; its bytes are gone when nobody has it open.</summary>
    public void Dispose() => _file.Dispose();
}
