using System.Buffers.Binary;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>
/// The network of the demo: two cards back to back, in the machine of the disk and on its map registers. Frames lie in one piece, in several, or in
/// managed memory; the other end makes each again from its number and compares.
/// </summary>
/// <remarks>One task runs it; <see cref="Look"/> may be called from another.</remarks>
internal sealed class DemoNetwork : IAsyncDisposable
{
    private const int Places = 8;
    private const int PlaceBytes = 8192;
    private const int Stride = 2048;
    private const int Shortest = 60, Lengths = 1455;

    // As a wire of 100 Mbit/s would be, and slower, so that it is to be seen.
    private static readonly TimeSpan s_watchedFrame = TimeSpan.FromMicroseconds(400);

    private readonly List<PciFunction> _functions = [];
    private readonly List<Rtl8139Driver> _cards = [];
    private readonly DemoData _data;
    private readonly TimeProvider _clock;
    private readonly byte[]?[] _managed = new byte[]?[Places];
    private SystemBuffer? _memory;
    private long _total = long.MaxValue;
    private long _packets;
    private long _bytes;
    private long _started;
    private long _ended;

    private DemoNetwork(int seed, TimeProvider clock)
    {
        _data = new DemoData(seed + 1);
        _clock = clock;
    }

    /// <summary>Puts two cards into the machine and starts their drivers.</summary>
    /// <param name="platform">The machine.</param>
    /// <param name="seed">What the frames are.</param>
    /// <param name="watched">Whether somebody looks on: the wire then takes its time.</param>
    /// <param name="notice">Is told why there is no network.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where memory is too fragmented for a receive ring.</returns>
    internal static async Task<DemoNetwork?> StartAsync(
        EmulatedPlatform platform, int seed, bool watched, Action<string> notice, TimeProvider clock, CancellationToken cancellationToken)
    {
        var network = new DemoNetwork(seed, clock);
        var cable = new NetworkCable();
        var options = new Rtl8139Options { FrameTime = watched ? s_watchedFrame : TimeSpan.Zero };
        try
        {
            foreach (NetworkPort end in (NetworkPort[])[cable.First, cable.Second])
            {
                PciFunction function = await platform.OpenAsync(platform.Add(new Rtl8139Device(end, options)), cancellationToken).ConfigureAwait(false);
                network._functions.Add(function);
                network._cards.Add(await Rtl8139Driver.StartAsync(function, new Rtl8139DriverOptions { Promiscuous = true }, cancellationToken).ConfigureAwait(false));
            }

            network._memory = platform.AllocateSystemBuffer(Places * PlaceBytes);
            return network;
        }
        catch (DmaResourceException e)
        {
            await network.DisposeAsync().ConfigureAwait(false);
            notice($"no network: a receive ring of {SizeText.Show(e.Requested)} cannot be had, the longest run is {SizeText.Show(e.LargestAvailable)}");
            return null;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends, receives and compares until it is told to stop.</summary>
    /// <param name="least">How many packets there are at least.</param>
    /// <param name="stop">No more than those.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    /// <exception cref="ToolException">A frame was lost or came as another one.</exception>
    internal async Task RunAsync(long least, CancellationToken stop, CancellationToken interrupted)
    {
        _started = _clock.GetTimestamp();
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var came = new SemaphoreSlim(0);
        Task comparing = CompareAsync(came, failed);
        long sent = 0;
        var chains = new BufferChain[Places];
        var sending = new ValueTask<TransmitStatus>[Places];
        for (int i = 0; i < Places; i++) chains[i] = BufferChain.Rent();
        try
        {
            for (; (sent < least || !stop.IsCancellationRequested) && !failed.IsCancellationRequested; sent++)
            {
                if (sent >= Places) Judge(await sending[sent % Places].ConfigureAwait(false), sent - Places);
                sending[sent % Places] = Send(sent, chains[sent % Places], failed.Token);
                came.Release();
            }

            for (long left = Math.Max(0, sent - Places); left < sent; left++) Judge(await sending[left % Places].ConfigureAwait(false), left);
        }
        finally
        {
            Interlocked.Exchange(ref _total, sent);
            came.Release();
            await comparing.ConfigureAwait(false);
            foreach (BufferChain chain in chains) chain.Dispose();
            _ended = _clock.GetTimestamp();
        }
    }

    /// <summary>The state of this moment.</summary>
    internal DemoTraffic Look() => new(
        Interlocked.Read(ref _packets), Interlocked.Read(ref _bytes),
        _started == 0 ? TimeSpan.Zero : _clock.GetElapsedTime(_started, _ended == 0 ? _clock.GetTimestamp() : _ended),
        _cards[0].DescriptorsInCard, _cards[0].Statistics.MostInCard, _cards[1].ReceiveRingBytes, _cards[1].RingBytesWaiting);

    public async ValueTask DisposeAsync()
    {
        foreach (Rtl8139Driver card in _cards) await card.DisposeAsync().ConfigureAwait(false);
        foreach (PciFunction function in _functions) await function.DisposeAsync().ConfigureAwait(false);
        _memory?.Dispose();
    }

    private static void Judge(TransmitStatus status, long number)
    {
        if (status != TransmitStatus.Sent) throw new ToolException($"packet {SizeText.Exact(number)} of the network was not sent: {status}");
    }

    private ValueTask<TransmitStatus> Send(long number, BufferChain chain, CancellationToken cancellationToken)
    {
        chain.Clear();
        Memory<byte> place = number % 4 == 2 ? _managed[number % Places] ??= new byte[PlaceBytes] : _memory!.Memory((int)(number % Places) * PlaceBytes, PlaceBytes);
        int length = Make(number, place.Span[..Stride]);
        int pieces = (int)(number % 4) switch { 1 => 3, 3 => 8, _ => 1 };
        int step = length / pieces;

        // Pieces lie apart, the last one first, so that no two of them are one.
        for (int i = 1; i < pieces; i++) place.Slice(i * step, i == pieces - 1 ? length - i * step : step).CopyTo(place[(Stride + (pieces - i) * (Stride / 4))..]);
        for (int i = 0; i < pieces; i++)
            chain.Add((ReadOnlyMemory<byte>)(i == 0 ? place[..(pieces == 1 ? length : step)] : place.Slice(Stride + (pieces - i) * (Stride / 4), i == pieces - 1 ? length - i * step : step)));
        return _cards[0].SendAsync(chain, cancellationToken);
    }

    /// <summary>Makes a frame from its number.</summary>
    /// <returns>Its length.</returns>
    private int Make(long number, Span<byte> frame)
    {
        _data.Fill(number * Stride, frame);
        return Shortest + (int)(BinaryPrimitives.ReadUInt32LittleEndian(frame) % Lengths);
    }

    private async Task CompareAsync(SemaphoreSlim came, CancellationTokenSource failed)
    {
        var frame = new byte[Rtl8139Driver.LongestReceived];
        var expected = new byte[Stride];
        try
        {
            for (long number = 0; ; number++)
            {
                await came.WaitAsync(failed.Token).ConfigureAwait(false);
                if (number >= Interlocked.Read(ref _total)) return;
                int length = await _cards[1].ReceiveAsync(frame, failed.Token).ConfigureAwait(false);
                if (length != Make(number, expected) || !frame.AsSpan(0, length).SequenceEqual(expected.AsSpan(0, length)))
                    throw new ToolException($"packet {SizeText.Exact(number)} of the network came as another one than was sent");
                Interlocked.Increment(ref _packets);
                Interlocked.Add(ref _bytes, length);
            }
        }
        catch (ToolException)
        {
            await failed.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
