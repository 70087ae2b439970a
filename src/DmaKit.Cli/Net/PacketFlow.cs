using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary>Packets of a capture into one end, and what comes out of the other end into another capture, both at once.</summary>
/// <param name="session">The run.</param>
/// <param name="input">What is sent.</param>
/// <param name="fragments">Into how many pieces each packet is split.</param>
internal sealed class PacketFlow(NetSession session, CaptureInput input, int fragments)
{
    // How long nothing may come out after everything was sent.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly PacketLedger _ledger = new(session.Machine.LeastReceived);
    private readonly SemaphoreSlim _window = new(session.Machine.Window);
    private long _sent;
    private long _out;
    private long _total = long.MaxValue;

    /// <summary>Sends everything, and takes everything that comes out.</summary>
    /// <param name="receive">Takes the next frame into a buffer: its length.</param>
    /// <exception cref="ToolException">A packet was lost, changed, or cannot be sent; what came out before is written.</exception>
    internal async Task RunAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> receive)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(session.GiveUp);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(session.GiveUp);
        Task taking = TakeAsync(receive, failed, over.Token);
        try
        {
            await SendAsync(taking, failed.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (taking.IsFaulted)
        {
            // Why what comes out could not be taken is the reason that counts.
        }
        finally
        {
            Interlocked.Exchange(ref _total, _sent);
            if (Interlocked.Read(ref _out) >= _total) await over.CancelAsync().ConfigureAwait(false);
            await EndAsync(taking, over).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(Task taking, CancellationToken giveUp)
    {
        using var places = new PacketPlaces(session.Machine.Platform, session.Machine.Settings, session.Machine.Cards[0].SendDepth, fragments);
        try
        {
            while (!taking.IsCompleted && !session.Interrupted.IsCancellationRequested && await input.ReadAsync(session.Interrupted).ConfigureAwait(false))
            {
                // When nothing has come out for so long, something was lost; that is said at the end.
                if (!await _window.WaitAsync(s_patience, giveUp).ConfigureAwait(false)) break;
                if (places.IsFull) Judge(await places.TakeAsync().ConfigureAwait(false));
                _ledger.Add(input.Packet);
                places.Send(session.Machine.Cards[0], input.Packet.Data.Span, giveUp);
                if ((places.Sent & 0xFF) == 0) session.SampleMemory();
            }

            while (places.Count > 0) Judge(await places.TakeAsync().ConfigureAwait(false));
        }
        finally
        {
            await places.DrainAsync(Judge).ConfigureAwait(false);
        }
    }

    private void Judge(TransmitStatus status)
    {
        _sent++;
        if (status == TransmitStatus.Sent) return;
        throw new ToolException($"packet {SizeText.Exact(_sent--)} was not sent: {status}");
    }

    private async Task TakeAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> receive, CancellationTokenSource failed, CancellationToken over)
    {
        var buffer = new byte[Rtl8139Driver.LongestReceived];
        try
        {
            while (Interlocked.Read(ref _out) < Interlocked.Read(ref _total))
            {
                int length = await receive(buffer, over).ConfigureAwait(false);
                await session.Output.WriteAsync(_ledger.Take(buffer.AsSpan(0, length)), buffer.AsMemory(0, length)).ConfigureAwait(false);
                Interlocked.Increment(ref _out);
                _window.Release();
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // All that was sent has come out, or nobody waits for it any more.
        }
        catch
        {
            await failed.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until what was sent has come out.</summary>
    private async Task EndAsync(Task taking, CancellationTokenSource over)
    {
        long seen = -1;
        while (!taking.IsCompleted && Interlocked.Read(ref _out) is var now && now != seen)
        {
            seen = now;
            await Task.WhenAny(taking, Task.Delay(s_patience, TimeProvider.System, CancellationToken.None)).ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
        await taking.ConfigureAwait(false);
        if (_out < _total) throw new ToolException($"{SizeText.Exact(_total)} packets were sent, and {SizeText.Exact(_out)} came out");
    }
}
