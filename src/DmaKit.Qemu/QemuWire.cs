using System.Globalization;
using System.Net.Sockets;
using DmaKit.Qemu.Native;
using Microsoft.Win32.SafeHandles;

namespace DmaKit.Qemu;

/// <summary>
/// A wire from a network card of QEMU's to this process: frames go out and come in, without preamble and checksum, and nothing is filled up.
/// </summary>
/// <remarks>
/// Nobody else can reach it: its sockets have names in a private directory until <see cref="Connect"/>, and none afterwards. A frame that nobody takes waits in QEMU, which keeps
/// 10,000; a frame that the card has no room for waits in the socket. One may send and one may receive at a time, each from any thread.
/// </remarks>
public sealed class QemuWire : IDisposable
{
    /// <summary>The most bytes that a frame can have.</summary>
    public const int LongestFrame = 65_536;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly PrivateDirectory _directory;
    private readonly SafeFileHandle _held;

    /// <summary>Makes this process's end.</summary>
    /// <exception cref="IOException">It cannot be made in the system's directory for temporary files.</exception>
    public QemuWire()
    {
        _directory = PrivateDirectory.Create();
        try
        {
            string path = Path.Combine(_directory.Path, "wire");
            _socket.Bind(new UnixDomainSocketEndPoint(path));

            // QEMU looks the name up for every frame that it sends.
            _held = Kernel.HoldPath(path);
        }
        catch
        {
            _socket.Dispose();
            _directory.Dispose();
            throw;
        }
    }

    private string CardPath => Path.Combine(_directory.Path, "card");

    /// <summary>The back end that leads here, for <see cref="QemuPlatformOptions.NetworkBackends"/>.</summary>
    /// <param name="id">The name by which a device asks for it, as in <c>rtl8139,netdev=ID</c>.</param>
    public string Backend(string id) => string.Create(
        CultureInfo.InvariantCulture,
        $"dgram,id={id},local.type=unix,local.path={QemuPlatformOptions.Escape(CardPath)},remote.type=unix,remote.path=/proc/{Environment.ProcessId}/fd/{_held.DangerousGetHandle()}");

    /// <summary>Connects to QEMU's end, once, when the platform has started and before anything is sent to the card.</summary>
    /// <exception cref="SocketException">There is no QEMU with this back end.</exception>
    public void Connect()
    {
        _socket.Connect(new UnixDomainSocketEndPoint(CardPath));
        _directory.Dispose();
    }

    /// <summary>Sends a frame to the card; waits while there is no room on the wire.</summary>
    /// <param name="frame">The frame, 1 to <see cref="LongestFrame"/> bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">QEMU is gone.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        if (frame.Length is 0 or > LongestFrame)
            throw new ArgumentOutOfRangeException(nameof(frame), frame.Length, $"A frame of {frame.Length} bytes; legal: 1 to {LongestFrame}.");
        await _socket.SendAsync(frame, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the next frame that the card sends. From a QEMU that is gone none comes: have a token that ends the wait then.</summary>
    /// <param name="buffer">Where it goes; what has no room there is lost.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many bytes of it are in the buffer.</returns>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _socket.ReceiveAsync(buffer, cancellationToken);

    /// <summary>Closes this end: what the card sends then is lost.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _held.Dispose();
        _directory.Dispose();
    }
}
