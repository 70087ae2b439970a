using System.Net.Sockets;
using DmaKit.Devices;
using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>Lets a port that was made for our model of the card be the wire of QEMU's: frames are carried from one to the other, in both directions.</summary>
internal sealed class QemuPortBridge : IAsyncDisposable
{
    private readonly QemuWire _wire;
    private readonly NetworkPort _port;
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _came = new(0);
    private readonly SemaphoreSlim _room = new(0);

    // A port knows one card, which does one thing at a time.
    private readonly Lock _turn = new();
    private Task _carrying = Task.CompletedTask;

    /// <summary>Makes it.</summary>
    /// <param name="port">The port; owned by the bridge from here on, also when this fails.</param>
    internal QemuPortBridge(NetworkPort port)
    {
        _port = port;
        try
        {
            _wire = new QemuWire();
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <summary>QEMU's end.</summary>
    internal string Backend(string id) => _wire.Backend(id);

    /// <summary>Takes away what QEMU has found by name, once it has started.</summary>
    internal void Connect() => _wire.Connect();

    /// <summary>Lets frames through. A card that does not receive yet would lose them.</summary>
    internal void Open()
    {
        _port.Connect(Wake);
        _carrying = Task.WhenAll(CarryToCardAsync(), CarryFromCardAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _carrying.ConfigureAwait(false);
        _wire.Dispose();
        _port.Dispose();
        _over.Dispose();
        _came.Dispose();
        _room.Dispose();
    }

    private void Wake()
    {
        Wake(_came);
        Wake(_room);
    }

    // Who is woken looks at everything there is: more than one call makes no difference.
    private static void Wake(SemaphoreSlim waiter)
    {
        if (waiter.CurrentCount == 0) waiter.Release();
    }

    private async Task CarryToCardAsync()
    {
        var frame = new byte[QemuWire.LongestFrame];
        try
        {
            while (true)
            {
                int length;
                while (!TakeFromPort(frame, out length)) await _came.WaitAsync(_over.Token).ConfigureAwait(false);
                if (length > 0) await _wire.SendAsync(frame.AsMemory(0, length), _over.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // It is over, or QEMU is gone: the driver says so.
        }
    }

    private async Task CarryFromCardAsync()
    {
        var frame = new byte[QemuWire.LongestFrame];
        try
        {
            while (true)
            {
                int length = await _wire.ReceiveAsync(frame, _over.Token).ConfigureAwait(false);
                while (!GiveToPort(frame.AsSpan(0, length))) await _room.WaitAsync(_over.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // As above.
        }
    }

    private bool TakeFromPort(Span<byte> into, out int length)
    {
        lock (_turn)
        {
            bool came = _port.TryPeek(out ReadOnlySpan<byte> frame);
            length = frame.Length;
            frame.CopyTo(into);
            if (came) _port.Take();
            return came;
        }
    }

    private bool GiveToPort(ReadOnlySpan<byte> frame)
    {
        lock (_turn) return _port.TrySend(frame);
    }
}
