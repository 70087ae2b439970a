using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>Where packets lie while they are sent: as many places as frames may be under way, each with room for pieces at random offsets.</summary>
/// <remarks>Belongs to one task.</remarks>
internal sealed class PacketPlaces : IDisposable
{
    private const int PlaceBytes = 16 * 1024;

    private readonly List<SystemBuffer> _owned = [];
    private readonly Memory<byte>[] _places;
    private readonly BufferChain[] _chains;
    private readonly ValueTask<TransmitStatus>[] _sending;
    private readonly Random _random;
    private readonly int[] _cuts;
    private readonly int[] _order;
    private long _added;
    private long _taken;

    /// <summary>Takes memory for the places.</summary>
    /// <param name="platform">Whose memory.</param>
    /// <param name="settings">Of which kind.</param>
    /// <param name="count">How many places.</param>
    /// <param name="fragments">Into how many pieces a packet is split.</param>
    internal PacketPlaces(DmaPlatform platform, MachineSettings settings, int count, int fragments)
    {
        _places = new Memory<byte>[count];
        _chains = new BufferChain[count];
        _sending = new ValueTask<TransmitStatus>[count];
        _random = new Random(settings.Seed);
        _cuts = new int[fragments + 1];
        _order = new int[fragments];
        try
        {
            for (int i = 0; i < count; i++)
            {
                _chains[i] = BufferChain.Rent();
                if (settings.Managed)
                {
                    _places[i] = new byte[PlaceBytes];
                    continue;
                }

                SystemBuffer buffer = platform.AllocateSystemBuffer(PlaceBytes);
                _owned.Add(buffer);
                _places[i] = buffer.Memory();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many packets are under way.</summary>
    internal int Count => (int)(_added - _taken);

    /// <summary>How many packets were sent from here.</summary>
    internal long Sent => _added;

    /// <summary>Whether every place is in use.</summary>
    internal bool IsFull => Count == _places.Length;

    /// <summary>Splits a packet into the next place, and sends it from there.</summary>
    internal void Send(Rtl8139Driver card, ReadOnlySpan<byte> packet, CancellationToken cancellationToken)
    {
        int place = (int)(_added % _places.Length);
        BufferChain chain = _chains[place];
        chain.Clear();
        Split(_places[place], packet, chain);
        _sending[place] = card.SendAsync(chain, cancellationToken);
        _added++;
    }

    /// <summary>Waits for the packet that was sent longest ago.</summary>
    internal async ValueTask<TransmitStatus> TakeAsync()
    {
        int place = (int)(_taken % _places.Length);
        _taken++;
        return await _sending[place].ConfigureAwait(false);
    }

    /// <summary>Waits for every packet, whatever becomes of it: afterwards no card reads a place any more.</summary>
    /// <param name="judge">Counts what was sent; what it throws is left out.</param>
    internal async ValueTask DrainAsync(Action<TransmitStatus> judge)
    {
        while (Count > 0)
        {
            try
            {
                judge(await TakeAsync().ConfigureAwait(false));
            }
            catch (Exception e) when (e is OperationCanceledException or DmaException or ObjectDisposedException or ToolException)
            {
                // The reason why the transfer ends is known already.
            }
        }
    }

    public void Dispose()
    {
        foreach (BufferChain chain in _chains) chain.Dispose();
        foreach (SystemBuffer buffer in _owned) buffer.Dispose();
    }

    /// <summary>Cuts anywhere, and puts the pieces into a random order with random gaps. One piece begins the place, where a card takes it as it is.</summary>
    private void Split(Memory<byte> place, ReadOnlySpan<byte> packet, BufferChain chain)
    {
        int pieces = Math.Min(_order.Length, packet.Length);
        Span<int> cuts = _cuts.AsSpan(0, pieces + 1);
        (cuts[0], cuts[pieces]) = (0, packet.Length);
        for (int i = 1; i < pieces; i++) cuts[i] = _random.Next(packet.Length + 1);
        cuts.Sort();
        Span<int> order = _order.AsSpan(0, pieces);
        for (int i = 0; i < pieces; i++) order[i] = i;
        _random.Shuffle(order);

        // Where each piece begins replaces its number, and the places are handed out in the shuffled order.
        Span<int> starts = stackalloc int[pieces];
        int at = 0;
        int spare = place.Length - packet.Length;
        foreach (int piece in order)
        {
            int gap = pieces == 1 ? 0 : _random.Next(Math.Max(1, Math.Min(spare, 2 * spare / pieces)));
            spare -= gap;
            at += gap;
            starts[piece] = at;
            int length = cuts[piece + 1] - cuts[piece];
            packet.Slice(cuts[piece], length).CopyTo(place.Span[at..]);
            at += length;
        }

        for (int i = 0; i < pieces; i++) chain.Add((ReadOnlyMemory<byte>)place.Slice(starts[i], cuts[i + 1] - cuts[i]));
    }
}
