using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// A ring of descriptors with an owner bit each: the driver sets it to hand a descriptor to the device, the device clears it to hand it back. As the
/// descriptor lists of RTL8139 C+ and most network cards, for both directions.
/// </summary>
/// <remarks>
/// For one thread at a time. Descriptors come back in the order in which they were handed out. The device mostly wants to be told that it should
/// look, by a register write of the driver's own, which is a publish point.
/// </remarks>
/// <typeparam name="T">A descriptor, laid out as the device reads and writes it.</typeparam>
public sealed class DescriptorRing<T> : IDisposable where T : unmanaged
{
    private readonly RingMemory<T> _memory;
    private readonly RingBit _owner;
    private readonly RingBit? _end;
    private readonly int _count;
    private int _head;
    private int _tail;
    private int _inFlight;
    private int _reserved;
    private long _handled;

    private DescriptorRing(CommonBuffer buffer, RingBit owner, RingBit? end)
    {
        Buffer = buffer;
        _memory = new RingMemory<T>(buffer, owner);
        _owner = owner;
        _end = end;
        _count = RingBuffer.Count<T>(buffer);
        if (end is { } bit) _memory.Change(_count - 1, bit, set: true);
    }

    /// <summary>The memory that it lies in; its logical address is what the device is told.</summary>
    public CommonBuffer Buffer { get; }

    /// <summary>How many descriptors it has; all can be in flight.</summary>
    public int Count => _count;

    /// <summary>How many descriptors the driver can hand out now.</summary>
    public int Free => _count - _inFlight;

    /// <summary>How many the device has, or has handed back without having been asked for.</summary>
    public int InFlight => _inFlight;

    /// <summary>The ring at this moment.</summary>
    public RingSnapshot Snapshot => new("descriptors", Buffer.Name, Buffer.Range, SizeOf<T>.Bytes, _count, _head, _tail, _inFlight, _handled, 0);

    /// <summary>Makes a ring of as many descriptors as there is memory for.</summary>
    /// <param name="adapter">Whose memory it is.</param>
    /// <param name="preferred">How many descriptors are asked for.</param>
    /// <param name="minimum">How many are needed at least: 2 or more.</param>
    /// <param name="owner">The bit that is set while the device owns a descriptor.</param>
    /// <param name="end">The bit that marks the last descriptor of the ring, where the device wants one; null for none.</param>
    /// <param name="name">Its name in snapshots and messages.</param>
    /// <exception cref="DmaResourceException">Not even <paramref name="minimum"/> descriptors can be had.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context: a ring allocates a common buffer.</exception>
    public static DescriptorRing<T> CreateUpTo(DmaAdapter adapter, int preferred, int minimum, RingBit owner, RingBit? end = null, string name = "descriptors")
    {
        owner.Check(SizeOf<T>.Bytes, nameof(owner));
        end?.Check(SizeOf<T>.Bytes, nameof(end));
        return new(RingBuffer.Allocate<T>(adapter, preferred, minimum, name), owner, end);
    }

    /// <summary>Hands one descriptor to the device.</summary>
    /// <param name="descriptor">The descriptor; owner and end bit are the ring's business.</param>
    /// <returns>False when the device has them all.</returns>
    public bool TryPost(in T descriptor)
    {
        if (_inFlight == _count) return false;
        _reserved = 0;
        _memory.Fill(_tail, descriptor, _owner);
        Give(_tail);
        return true;
    }

    /// <summary>Descriptors to be filled in place: free ones that lie one behind the other. Leave the owner bit clear.</summary>
    /// <param name="wanted">How many at most.</param>
    /// <returns>As many as there are before the device has the rest or the ring wraps. Old contents are still there.</returns>
    public Span<T> Reserve(int wanted)
    {
        _reserved = Math.Max(0, Math.Min(Math.Min(wanted, Free), _count - _tail));
        return _memory.Entries(_tail, _reserved);
    }

    /// <summary>Hands the first descriptors of what <see cref="Reserve"/> gave to the device.</summary>
    /// <param name="filled">How many: 0 to what was reserved last.</param>
    /// <exception cref="DmaMisuseException">More than was reserved.</exception>
    public void Commit(int filled)
    {
        if ((uint)filled > (uint)_reserved)
            throw Buffer.Adapter.Function.Platform.Misuse.Refuse("ring-committed-beyond-reserved", Buffer.Name, $"{filled} descriptors of ring '{Buffer.Name}' were committed; legal: 0 to {_reserved}, which was reserved.");
        _reserved = 0;
        for (int i = 0; i < filled; i++) Give(_tail);
    }

    /// <summary>Takes back the oldest descriptor, if the device is done with it.</summary>
    /// <param name="descriptor">A copy of what the device made of it.</param>
    /// <returns>False when the device still has it, or has none.</returns>
    public bool TryTake(out T descriptor)
    {
        // The owner bit is loaded first, and forbids that what lies beside it is loaded before.
        if (_inFlight == 0 || _memory.IsSet(_head))
        {
            descriptor = default;
            return false;
        }

        descriptor = _memory.At(_head);
        _head = _head + 1 == _count ? 0 : _head + 1;
        _inFlight--;
        _handled++;
        return true;
    }

    /// <summary>Ends the ring. Its memory goes back when the device is known to be quiet. Never throws.</summary>
    public void Dispose() => Buffer.Dispose();

    /// <summary>Sets the owner bit, after everything else in the descriptor: that store forbids that the earlier ones are seen after it.</summary>
    private void Give(int index)
    {
        if (_end is { } end) _memory.Change(index, end, set: index == _count - 1);
        _memory.Set(index);
        _tail = index + 1 == _count ? 0 : index + 1;
        _inFlight++;
    }
}
