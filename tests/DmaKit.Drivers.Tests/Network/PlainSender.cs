using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>
/// The plainest driver that sends: it maps, tells one of four descriptors in turn, and looks until the card is done. It can make mistakes, so that a
/// test of frames over the wire shows that it would see them in the real driver.
/// </summary>
internal sealed class PlainSender
{
    private const int Descriptors = 4;
    private const long TransmitStatus = 0x10, TransmitAddress = 0x20, Command = 0x37, TransmitConfig = 0x40;
    private const uint Own = 0x2000;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(1), s_patience = TimeSpan.FromSeconds(1);

    private readonly RegisterWindow _registers;
    private readonly TimeProvider _clock;
    private readonly SenderMistake _mistake;
    private readonly DmaAdapter _adapter;

    public PlainSender(PciFunction function, SenderMistake mistake)
    {
        (_mistake, _clock) = (mistake, function.Platform.Clock);
        _adapter = function.CreateAdapter(new DmaConstraints { AddressBits = 32, MaxElements = mistake == SenderMistake.IgnoresContiguity ? int.MaxValue : 1, ElementAlignment = 4 });
        _registers = function.MapBar(1);
        function.BusMaster = true;
        _registers.Write8(Command, 0x04);
        _registers.Write32(TransmitConfig, 0x0300_0600);
    }

    public DmaAdapter Adapter => _adapter;

    /// <summary>Sends frames, in order. A frame's memory is used again, as programs do it, as soon as it counts as sent.</summary>
    /// <exception cref="OperationCanceledException">They were not sent within a second, far more than the wire takes.</exception>
    public async Task SendAsync(IReadOnlyList<byte[]> frames)
    {
        using var patience = new CancellationTokenSource(s_patience, _clock);
        using SystemBuffer memory = _adapter.Function.Platform.AllocateSystemBuffer(Descriptors * 8192);
        var told = new List<Task>();
        var sent = new List<Task>();
        try
        {
            for (int i = 0; i < frames.Count; i++)
            {
                if (i >= Descriptors) await sent[i - Descriptors];
                var posted = new TaskCompletionSource();
                sent.Add(SendAsync(i, frames[i], memory, i == 0 ? Task.CompletedTask : told[i - 1], posted, patience.Token));
                told.Add(posted.Task);
            }

            await Task.WhenAll(sent);
        }
        catch
        {
            // Nobody looks at the card any more when this returns.
            await patience.CancelAsync();
            foreach (Task one in sent) await one.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task SendAsync(int number, byte[] frame, SystemBuffer memory, Task before, TaskCompletionSource posted, CancellationToken cancellationToken)
    {
        int place = number % Descriptors;
        var options = new MappingOptions { Request = _adapter.Domain.CreateRequest($"frame {number}") };
        using BufferChain chain = BufferChain.Rent();
        Memory<byte>[] pieces = Scatter(frame, memory, place, chain);
        DmaMapping mapping = default;
        DmaMapping command = default;
        try
        {
            mapping = await _adapter.MapAsync(chain, DmaDirection.ToDevice, options, cancellationToken);
            if (_mistake == SenderMistake.MapsTwice) mapping = await _adapter.MapAsync(chain, DmaDirection.ToDevice, options, cancellationToken);
            if (_mistake == SenderMistake.HoldsAndWaits)
            {
                await Task.Delay(s_look, _clock, cancellationToken);
                command = await _adapter.MapAsync(new byte[16], DmaDirection.ToDevice, options, cancellationToken);
            }

            await before;
            _registers.Write32(TransmitAddress + (4 * place), mapping.Elements[0].Address.Low32);
            mapping.MarkPosted();
            _registers.Write32(TransmitStatus + (4 * place), (uint)frame.Length);
        }
        catch (Exception e)
        {
            mapping.Dispose();
            posted.SetException(e);
            throw;
        }

        posted.SetResult();
        if (_mistake != SenderMistake.CompletesEarly)
        {
            do await Task.Delay(s_look, _clock, cancellationToken);
            while (_mistake != SenderMistake.IgnoresOwnBit && (_registers.Read32(TransmitStatus + (4 * place)) & Own) == 0);
        }

        mapping.Complete(frame.Length);
        command.Dispose();
        foreach (Memory<byte> piece in pieces) piece.Span.Clear();
    }

    /// <summary>Even frames lie in two pieces of managed memory, so that they are bounced; odd ones in two of a system buffer, or in one.</summary>
    private static Memory<byte>[] Scatter(byte[] frame, SystemBuffer memory, int place, BufferChain chain)
    {
        int half = frame.Length / 2;
        Memory<byte>[] pieces = place % 2 == 0
            ? [new byte[half], new byte[frame.Length - half]]
            : place == 1
                ? [memory.Memory(place * 8192, half), memory.Memory((place * 8192) + 4096, frame.Length - half)]
                : [memory.Memory(place * 8192, frame.Length)];
        int done = 0;
        foreach (Memory<byte> piece in pieces)
        {
            frame.AsSpan(done, piece.Length).CopyTo(piece.Span);
            done += piece.Length;
            chain.Add(piece);
        }

        return pieces;
    }
}
