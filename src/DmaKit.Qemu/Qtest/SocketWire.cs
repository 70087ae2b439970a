using System.Net.Sockets;

namespace DmaKit.Qemu;

/// <summary>The conversation over a socket.</summary>
internal sealed class SocketWire : QtestWire
{
    private readonly Socket _socket;

    /// <summary>Takes a connected socket over.</summary>
    /// <param name="socket">The socket; owned from here on.</param>
    /// <param name="limit">How long the other side may take nothing.</param>
    internal SocketWire(Socket socket, TimeSpan limit)
    {
        _socket = socket;
        _socket.SendTimeout = (int)Math.Min(int.MaxValue, limit.TotalMilliseconds);
    }

    internal override WireResult Send(ReadOnlySpan<byte> command)
    {
        try
        {
            while (command.Length > 0) command = command[_socket.Send(command)..];
            return WireResult.Sent;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return WireResult.TimedOut;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return WireResult.Closed;
        }
    }

    internal override int Receive(Span<byte> room)
    {
        try
        {
            return _socket.Receive(room);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    public override void Dispose() => _socket.Dispose();
}
