using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// A ring that the driver fills and the device empties: the driver tells how far it has filled it by a doorbell, the device tells how far it has
/// read it, mostly in a completion. As the submission queues of NVMe.
/// </summary>
/// <remarks>
/// For one thread at a time. One entry is always left free, so that a full ring is not taken for an empty one. The steps: reserve entries, or
/// write them one by one; ring the doorbell once for all of them; <see cref="Release"/> what the device says it has read.
/// </remarks>
/// <typeparam name="T">An entry, laid out as the device reads it.</typeparam>
public sealed class SubmissionRing<T> : IDisposable where T : unmanaged
{
    private readonly RingMemory<T> _memory;
    private readonly int _count;
    private int _head;
    private int _tail;
    private int _published;
    private int _inFlight;
    private int _reserved;
    private long _released;
    private long _faults;

    // Whether what is filled may be unheard of for ever: nothing was published so far, or the ring was found full and nothing was since.
    private bool _silent = true;

    private SubmissionRing(CommonBuffer buffer)
    {
        Buffer = buffer;
        _memory = new RingMemory<T>(buffer, default);
        _count = RingBuffer.Count<T>(buffer);
    }

    /// <summary>The memory that it lies in; its logical address is what the device is told.</summary>
    public CommonBuffer Buffer { get; }

    /// <summary>How many entries it has: what the device is told. One less can be in flight.</summary>
    public int Count => _count;

    /// <summary>How many entries can be filled now.</summary>
    public int Free => _count - 1 - _inFlight;

    /// <summary>How many entries were filled and not given back by the device.</summary>
    public int InFlight => _inFlight;

    /// <summary>How often the device told a place that it cannot have come to.</summary>
    public long Faults => _faults;

    /// <summary>The ring at this moment.</summary>
    public RingSnapshot Snapshot =>
        new("submissions", Buffer.Name, Buffer.Range, SizeOf<T>.Bytes, _count, _head, _tail, _inFlight, _released, _faults);

    /// <summary>Makes a ring of as many entries as there is memory for.</summary>
    /// <param name="adapter">Whose memory it is.</param>
    /// <param name="preferred">How many entries are asked for.</param>
    /// <param name="minimum">How many are needed at least: 2 or more.</param>
    /// <param name="name">Its name in snapshots and messages.</param>
    /// <exception cref="DmaResourceException">Not even <paramref name="minimum"/> entries can be had.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context: a ring allocates a common buffer.</exception>
    public static SubmissionRing<T> CreateUpTo(DmaAdapter adapter, int preferred, int minimum, string name = "submissions") =>
        new(RingBuffer.Allocate<T>(adapter, preferred, minimum, name));

    /// <summary>Writes one entry. The device is not told yet.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>False when the ring is full.</returns>
    public bool TryWrite(in T entry)
    {
        if (_inFlight == _count - 1)
        {
            _silent = true;
            return false;
        }

        _memory.At(_tail) = entry;
        _tail = After(_tail, 1);
        _inFlight++;
        _reserved = 0;
        return true;
    }

    /// <summary>Entries to be filled in place: free ones that lie one behind the other.</summary>
    /// <param name="wanted">How many at most.</param>
    /// <returns>As many as there are before the ring is full or wraps; none when it is full. Old contents are still there.</returns>
    public Span<T> Reserve(int wanted)
    {
        if (Free == 0) _silent = true;
        _reserved = Math.Min(Math.Min(wanted, Free), _count - _tail);
        return _memory.Entries(_tail, Math.Max(0, _reserved));
    }

    /// <summary>Says that the first entries of what <see cref="Reserve"/> gave are filled. The device is not told yet.</summary>
    /// <param name="filled">How many: 0 to what was reserved last.</param>
    /// <exception cref="DmaMisuseException">More than was reserved.</exception>
    public void Commit(int filled)
    {
        if ((uint)filled > (uint)_reserved) throw TooMany(filled);
        _tail = After(_tail, filled);
        _inFlight += filled;
        _reserved = 0;
    }

    /// <summary>
    /// Makes the entries ready to be told of: no store into an entry is seen after a store that follows this call. For doorbells that lie in memory.
    /// </summary>
    /// <returns>The tail: the index behind the last entry that is filled, which is what doorbells take.</returns>
    public int Publish()
    {
        // Forbids that the doorbell passes the entries. A device that got the doorbell first would read what the last lap left.
        Volatile.WriteBarrier();
        _silent = false;
        return _published = _tail;
    }

    /// <summary>Tells the device, by writing the tail to a register. Does nothing when there is nothing new.</summary>
    /// <param name="registers">The window of the doorbell; a write is a publish point.</param>
    /// <param name="offset">Where it is, in bytes; 32 bits wide.</param>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    public void RingDoorbell(RegisterWindow registers, long offset)
    {
        ArgumentNullException.ThrowIfNull(registers);
        if (_published != _tail) registers.Write32(offset, (uint)Publish());
    }

    /// <summary>Takes back the entries that the device has read.</summary>
    /// <param name="head">The index of the entry that the device reads next, as it told.</param>
    /// <returns>False when the device cannot have come there: it is counted as its fault, and nothing is taken back.</returns>
    public bool Release(int head)
    {
        // What was filled but not published, no device can have read.
        int read = head - _head;
        if (read < 0) read += _count;
        int told = _published - _head;
        if (told < 0) told += _count;
        if ((uint)head >= (uint)_count || read > told)
        {
            _faults++;
            return false;
        }

        _head = head;
        _inFlight -= read;
        _released += read;
        return true;
    }

    /// <summary>
    /// Ends the ring. Its memory goes back when the device is known to be quiet. Entries that the device was never told of are reported as misuse,
    /// where that is no matter of the last few: nothing was ever published, or the ring was found full and nothing was published since. Never throws.
    /// </summary>
    public void Dispose()
    {
        if (_silent && _published != _tail && !Buffer.IsDisposed && !Buffer.Adapter.Function.IsLost) NoteUnpublished();
        Buffer.Dispose();
    }

    private void NoteUnpublished()
    {
        int entries = _tail - _published;
        if (entries < 0) entries += _count;
        Buffer.Adapter.Function.Platform.Misuse.Report(new MisuseReport(
            "ring-entries-never-published", $"{entries} entries from index {_published} on were filled, and the device was never told: RingDoorbell or Publish was not called after them.", Buffer.Name));
    }

    // By itself: a message's text in the middle of a short method makes all of it slower.
    private DmaMisuseException TooMany(int filled) =>
        Buffer.Adapter.Function.Platform.Misuse.Refuse("ring-committed-beyond-reserved", Buffer.Name, $"{filled} entries of ring '{Buffer.Name}' were committed; legal: 0 to {_reserved}, which was reserved.");

    private int After(int index, int by)
    {
        index += by;
        return index >= _count ? index - _count : index;
    }
}
