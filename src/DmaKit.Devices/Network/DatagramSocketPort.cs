using System.Net.Sockets;

namespace DmaKit.Devices;

/// <summary>A wire that leads to another program: a UNIX datagram socket, one datagram a frame and nothing around it, as QEMU's <c>-netdev dgram</c> has it.</summary>
/// <remarks>Nobody at the other end is a cable that is not plugged in there: frames are lost, and counted.</remarks>
public sealed class DatagramSocketPort : NetworkPort
{
    private const int LongestDatagram = 65_536;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly SocketAsyncEventArgs _receiving = new();
    private readonly SocketAsyncEventArgs _sending = new();
    private readonly byte[] _outgoing = new byte[LongestDatagram];
    private readonly UnixDomainSocketEndPoint? _remote;
    private readonly string _local;
    private int _came;
    private int _busy;
    private int _closed;
    private long _lost;

    /// <summary>Binds the socket.</summary>
    /// <param name="localPath">Where it listens. A socket that is left there by a program that has ended is replaced; anything else is refused.</param>
    /// <param name="remotePath">Where frames go that the card sends; null to lose them.</param>
    /// <exception cref="IOException">The path is taken, too long, or in no folder.</exception>
    public DatagramSocketPort(string localPath, string? remotePath = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(localPath);
        _local = localPath;
        try
        {
            UnixDomainSocketEndPoint local = EndPoint(localPath);
            _remote = remotePath is null ? null : EndPoint(remotePath);
            if (Path.Exists(localPath)) RemoveStale(localPath, local);
            _socket.Blocking = false;
            _socket.Bind(local);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new IOException($"The socket '{localPath}' cannot be bound: {e.Message}", e);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _receiving.SetBuffer(new byte[LongestDatagram]);
        _receiving.Completed += (_, _) => Received();
        _sending.SetBuffer(_outgoing.AsMemory());
        _sending.RemoteEndPoint = _remote;
        _sending.Completed += (_, _) => Sent();
        Receive();
    }

    /// <summary>How many frames of the card nobody took. From any thread.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <inheritdoc/>
    public override bool TrySend(ReadOnlySpan<byte> frame)
    {
        if (_remote is null || frame.Length > LongestDatagram)
        {
            Interlocked.Increment(ref _lost);
            return true;
        }

        // One frame waits for the socket at a time; the card waits with the next.
        if (Interlocked.Exchange(ref _busy, 1) != 0) return false;
        frame.CopyTo(_outgoing);
        _sending.SetBuffer(_outgoing.AsMemory(0, frame.Length));
        try
        {
            if (!_socket.SendToAsync(_sending)) Sent();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Interlocked.Increment(ref _lost);
            Interlocked.Exchange(ref _busy, 0);
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryPeek(out ReadOnlySpan<byte> frame)
    {
        bool came = Interlocked.CompareExchange(ref _came, 0, 0) != 0;
        frame = came ? _receiving.MemoryBuffer.Span[.._receiving.BytesTransferred] : default;
        return came;
    }

    /// <inheritdoc/>
    public override void Take()
    {
        Interlocked.Exchange(ref _came, 0);
        Receive();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _socket.Dispose();
        File.Delete(_local);
    }

    private static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException($"The path '{path}' is too long for a socket; the system takes about 100 bytes.", e);
        }
    }

    /// <summary>Nobody listens at a socket that refuses to be connected to: its program has ended without taking it away.</summary>
    private static void RemoveStale(string path, UnixDomainSocketEndPoint local)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            probe.Connect(local);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
            return;
        }
        catch (SocketException)
        {
            // Something else is there.
        }

        throw new IOException($"'{path}' exists already; a socket needs a path of its own.");
    }

    private static bool IsSocket(string path) => new FileInfo(path) is { Length: 0 } info && info.Attributes is not FileAttributes.Directory && !IsRegular(info);

    // The framework tells a regular file by this attribute alone; sockets and devices have others or none.
    private static bool IsRegular(FileInfo info)
    {
        try
        {
            using FileStream file = info.OpenRead();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    private void Receive()
    {
        try
        {
            if (!_socket.ReceiveAsync(_receiving)) Received();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The port was closed.
        }
    }

    private void Received()
    {
        if (_closed != 0 || _receiving.SocketError != SocketError.Success) return;
        Interlocked.Exchange(ref _came, 1);
        Notify();
    }

    private void Sent()
    {
        if (_sending.SocketError != SocketError.Success) Interlocked.Increment(ref _lost);
        Interlocked.Exchange(ref _busy, 0);
        Notify();
    }
}
