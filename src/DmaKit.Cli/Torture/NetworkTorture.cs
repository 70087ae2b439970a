using System.Buffers.Binary;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>Two RTL8139 on one cable: frames of every length go from one to the other, and one of the two is faulty.</summary>
internal sealed class NetworkTorture(TortureBench bench) : TortureScenario(bench)
{
    private const int HeaderLength = 14;
    private const int NumberEnd = HeaderLength + 8;

    private readonly NetworkCable _cable = new();
    private readonly Dictionary<int, int> _lengths = [];
    private readonly HashSet<int> _sent = [];
    private readonly HashSet<int> _received = [];
    private bool _faultySends;

    internal override string Name => "network";

    internal override DeviceModel MakeModel()
    {
        _faultySends = Random.Next(2) == 0;
        return new Rtl8139Device(_cable.First);
    }

    internal override ToldReader MakeReader() => new Rtl8139ToldReader();

    protected override async Task RunAsync(PciFunction function)
    {
        PciFunction other = await Bench.OpenAsync(new Rtl8139Device(_cable.Second), new Rtl8139ToldReader(), null).ConfigureAwait(false);
        Rtl8139Driver? sender = await StartAsync(_faultySends ? function : other).ConfigureAwait(false);
        Rtl8139Driver? receiver = await StartAsync(_faultySends ? other : function).ConfigureAwait(false);
        if (sender is not null && receiver is not null)
        {
            using var end = new CancellationTokenSource();
            Task receiving = ReceiveAsync(receiver, end.Token);
            byte[] to = receiver.Address.GetAddressBytes();
            int frames = Random.Next(50, 300);
            var sending = new List<Task>();
            int lanes = Random.Next(1, 9);
            for (int lane = 0; lane < lanes; lane++) sending.Add(SendAsync(sender, to, lane, lanes, frames));
            await Task.WhenAll(sending).ConfigureAwait(false);
            await Bench.PauseAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            Stop(end);
            await receiving.ConfigureAwait(false);
            if (!Bench.MayFail && Bench.Bytes == FaultEffect.None)
            {
                int missing = _sent.Count(n => !_received.Contains(n));
                if (missing > 0) Bench.Lose(TortureBench.Text($"{missing} of {_sent.Count} frames were sent and never received though nothing went wrong"));
            }
        }

        foreach (Rtl8139Driver? driver in (Rtl8139Driver?[])[sender, receiver])
            if (driver is not null) await Bench.AskAsync("end of a card", async _ => await driver.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<Rtl8139Driver?> StartAsync(PciFunction function)
    {
        Rtl8139Driver? driver = null;
        var options = new Rtl8139DriverOptions
        {
            SendDepth = Random.Next(4, 33),
            ReceiveRingBytes = 8192 << Random.Next(4),
            ReceiveDepth = Random.Next(1, 65),
            Promiscuous = true,
            SendTimeout = Bench.Between(30, 500),
        };
        await Bench.AskAsync("start of a card", async token => driver = await Rtl8139Driver.StartAsync(function, options, token).ConfigureAwait(false)).ConfigureAwait(false);
        return driver;
    }

    private async Task SendAsync(Rtl8139Driver sender, byte[] to, int lane, int lanes, int frames)
    {
        for (int number = lane; number < frames; number += lanes)
        {
            int length = Random.Next(NumberEnd, 1515);
            _lengths[number] = length;
            using var buffer = new TortureBuffer(Bench, length);
            Compose(buffer.Memory.Span, to, number);
            TransmitStatus status = TransmitStatus.Closed;
            TimeSpan? limit = Random.Next(10) == 0 ? Bench.Between(0, 5) : null;
            bool done = await Bench.AskAsync(
                TortureBench.Text($"frame {number}"), async token => status = await sender.SendAsync(buffer.Memory, token).ConfigureAwait(false), limit).ConfigureAwait(false);
            if (done && status == TransmitStatus.Sent) _sent.Add(number);
            else if (done && !Bench.MayFail) Bench.Lose(TortureBench.Text($"frame {number} ended as {status} though nothing went wrong"));
            if (Random.Next(6) == 0) await Bench.PauseAsync(Bench.Between(0, 3)).ConfigureAwait(false);
        }
    }

    private async Task ReceiveAsync(Rtl8139Driver receiver, CancellationToken end)
    {
        byte[] buffer = new byte[Rtl8139Driver.LongestReceived];
        bool goesOn = true;
        while (goesOn)
        {
            int length = 0;
            bool done = await Bench.AskAsync(
                "receive",
                async _ =>
                {
                    try
                    {
                        length = await receiver.ReceiveAsync(buffer, end).ConfigureAwait(false);
                    }
                    catch (OperationCanceledException) when (end.IsCancellationRequested)
                    {
                        goesOn = false;
                    }
                }).ConfigureAwait(false);
            if (!done) return;
            if (goesOn) Check(buffer.AsSpan(0, length));
        }
    }

    private void Check(ReadOnlySpan<byte> frame)
    {
        if (Bench.Bytes.HasFlag(FaultEffect.WrongBytes) || Bench.Bytes.HasFlag(FaultEffect.MissingBytes)) return;
        int number = frame.Length < NumberEnd ? -1 : BinaryPrimitives.ReadInt32LittleEndian(frame[HeaderLength..]);
        if (!_lengths.TryGetValue(number, out int length))
        {
            Bench.Lose(TortureBench.Text($"a frame of {frame.Length} bytes was received that nobody sent"));
            return;
        }

        Span<byte> expected = new byte[Math.Max(60, length)];
        Compose(expected[..length], frame[..6], number);
        if (!frame.SequenceEqual(expected)) Bench.Lose(TortureBench.Text($"frame {number} arrived with other bytes"));
        if (!_received.Add(number) && !Bench.MayFail && Bench.Faults.Struck == 0) Bench.Lose(TortureBench.Text($"frame {number} arrived twice though nothing went wrong"));
    }

    private static void Compose(Span<byte> frame, ReadOnlySpan<byte> to, int number)
    {
        TortureBytes.Fill(frame, number, 1, 0);
        to.CopyTo(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame[HeaderLength..], number);
    }
}
