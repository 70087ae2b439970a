using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// A ring that the device fills and the driver empties. Each entry carries a phase bit that changes from lap to lap: the driver sees a new entry by
/// its bit and needs no index from the device. As the completion queues of NVMe.
/// </summary>
/// <remarks>
/// For one thread at a time. The first lap's bit is 1, since the ring starts as zeros. An entry is copied out once: the device may write it
/// again as soon as it is told that it was read.
/// </remarks>
/// <typeparam name="T">An entry, laid out as the device writes it.</typeparam>
public sealed class CompletionRing<T> : IDisposable where T : unmanaged
{
    private readonly RingMemory<T> _memory;
    private readonly int _count;
    private int _head;
    private int _told;
    private bool _phase = true;
    private long _handled;

    private CompletionRing(CommonBuffer buffer, RingBit phase)
    {
        Buffer = buffer;
        _memory = new RingMemory<T>(buffer, phase);
        _count = RingBuffer.Count<T>(buffer);
    }

    /// <summary>The memory that it lies in; its logical address is what the device is told.</summary>
    public CommonBuffer Buffer { get; }

    /// <summary>How many entries it has: what the device is told.</summary>
    public int Count => _count;

    /// <summary>The index of the entry that is read next: what the device is told, so that it may write the ones before.</summary>
    public int Head => _head;

    /// <summary>The ring at this moment.</summary>
    public RingSnapshot Snapshot => new("completions", Buffer.Name, Buffer.Range, SizeOf<T>.Bytes, _count, _head, _head, 0, _handled, 0);

    /// <summary>Makes a ring of as many entries as there is memory for.</summary>
    /// <param name="adapter">Whose memory it is.</param>
    /// <param name="preferred">How many entries are asked for.</param>
    /// <param name="minimum">How many are needed at least: 2 or more.</param>
    /// <param name="phase">The phase bit. The device must store it last, or with all the rest in one store.</param>
    /// <param name="name">Its name in snapshots and messages.</param>
    /// <exception cref="DmaResourceException">Not even <paramref name="minimum"/> entries can be had.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context: a ring allocates a common buffer.</exception>
    public static CompletionRing<T> CreateUpTo(DmaAdapter adapter, int preferred, int minimum, RingBit phase, string name = "completions")
    {
        phase.Check(SizeOf<T>.Bytes, nameof(phase));
        return new(RingBuffer.Allocate<T>(adapter, preferred, minimum, name), phase);
    }

    /// <summary>Reads the next entry, if the device has written it.</summary>
    /// <param name="entry">A copy of it.</param>
    /// <returns>False when there is none.</returns>
    public bool TryRead(out T entry)
    {
        // The phase is loaded first, and forbids that what lies beside it is loaded before.
        if (_memory.IsSet(_head) != _phase)
        {
            entry = default;
            return false;
        }

        entry = _memory.At(_head);
        _handled++;
        if (++_head == _count) (_head, _phase) = (0, !_phase);
        return true;
    }

    /// <summary>Reads as many entries as the device has written.</summary>
    /// <param name="entries">Is filled from the front with copies.</param>
    /// <returns>How many there were, up to the span's length.</returns>
    public int Read(Span<T> entries)
    {
        // In locals: what is read from the ring's memory might, for all that the compiler knows, change the ring itself.
        RingMemory<T> memory = _memory;
        (int head, bool phase, int n) = (_head, _phase, 0);
        while (n < entries.Length && memory.IsSet(head) == phase)
        {
            entries[n++] = memory.At(head);
            if (++head == _count) (head, phase) = (0, !phase);
        }

        (_head, _phase) = (head, phase);
        _handled += n;
        return n;
    }

    /// <summary>Tells the device how far the ring was read, by writing the head to a register. Does nothing when there is nothing new.</summary>
    /// <param name="registers">The window of the doorbell.</param>
    /// <param name="offset">Where it is, in bytes; 32 bits wide.</param>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    public void RingDoorbell(RegisterWindow registers, long offset)
    {
        ArgumentNullException.ThrowIfNull(registers);
        if (_told == _head) return;
        registers.Write32(offset, (uint)_head);
        _told = _head;
    }

    /// <summary>Ends the ring. Its memory goes back when the device is known to be quiet. Never throws.</summary>
    public void Dispose() => Buffer.Dispose();
}
