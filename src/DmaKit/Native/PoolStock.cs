using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>
/// Free blocks that rest with one thread. Its owner takes and puts with plain loads and stores; who else wants them raises
/// <see cref="_attention"/>, makes every thread pass a barrier, waits for <see cref="_busy"/> to fall, and then has it to itself.
/// </summary>
/// <remarks>
/// The pair "owner: store busy, load attention" and "other: store attention, process-wide barrier, load busy" is Dekker's lock with
/// the whole cost on the side that is rare. Fields stand 128 bytes away from whatever the heap puts beside this object.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 320)]
internal sealed class PoolStock
{
    /// <summary>Entries in front of and behind the tokens, so that no other object shares their lines.</summary>
    private const int Margin = 16;

    [FieldOffset(128)]
    private readonly ulong[] _items;

    /// <summary>1 while the owner is inside.</summary>
    [FieldOffset(136)]
    private int _busy;

    /// <summary>Not 0 when the owner must go to the pool's gate.</summary>
    [FieldOffset(140)]
    private int _attention;

    [FieldOffset(144)]
    private int _count;

    /// <summary>The least <see cref="_count"/> since the pool last looked: what makes its peak exact.</summary>
    [FieldOffset(148)]
    private int _low;

    [FieldOffset(152)]
    private readonly int _size;

    /// <summary>What its pool's blocks have in common, its number among it: a thread's table outlives pools.</summary>
    [FieldOffset(184)]
    internal readonly ulong Kind;

    [FieldOffset(160)]
    private long _taken;

    [FieldOffset(168)]
    private long _put;

    /// <summary>Which thread owns an implicit stock; null for an explicit cache, which moves between threads.</summary>
    [FieldOffset(176)]
    internal readonly Thread? Owner;

    internal PoolStock(int size, ulong kind, Thread? owner)
    {
        _size = size;
        _items = new ulong[size + (2 * Margin)];
        Kind = kind;
        Owner = owner;
    }

    internal int Size => _size;

    /// <summary>How many blocks rest here: exact for the owner and under the gate of a revoked stock, else a glimpse.</summary>
    internal int Count => _count;

    internal int Low => _low;

    internal long Taken => _taken;

    internal long Put => _put;

    /// <summary>Owner: takes one, unless it is empty or wanted by others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTake(out ulong token)
    {
        Volatile.Write(ref _busy, 1);
        if (Volatile.Read(ref _attention) == 0)
        {
            int left = _count - 1;
            if (left >= 0)
            {
                token = Item(left);
                _count = left;
                if (left < _low) _low = left;
                _taken++;
                Volatile.Write(ref _busy, 0);
                return true;
            }
        }

        Volatile.Write(ref _busy, 0);
        token = 0;
        return false;
    }

    /// <summary>Owner: puts one, unless it is full or wanted by others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryPut(ulong token)
    {
        Volatile.Write(ref _busy, 1);
        if (Volatile.Read(ref _attention) == 0)
        {
            int count = _count;
            if (count < _size)
            {
                Item(count) = token;
                _count = count + 1;
                _put++;
                Volatile.Write(ref _busy, 0);
                return true;
            }
        }

        Volatile.Write(ref _busy, 0);
        return false;
    }

    /// <summary>Owner: takes as many as there are, up to the length of <paramref name="blocks"/>.</summary>
    internal int TakeMany(Span<Block> blocks)
    {
        Volatile.Write(ref _busy, 1);
        if (Volatile.Read(ref _attention) != 0)
        {
            Volatile.Write(ref _busy, 0);
            return 0;
        }

        int count = _count;
        int n = Math.Min(count, blocks.Length);
        // SAFETY: owner: this stock, entered by its one thread; bounds: n entries end at _count, and n blocks fit the span.
        ref ulong top = ref Item(count - n);
        ref Block to = ref MemoryMarshal.GetReference(blocks);
        ulong kind = Kind;
        for (nint i = 0; i < n; i++) Unsafe.Add(ref to, i) = new Block(Unsafe.Add(ref top, i), kind);
        _count = count - n;
        if (_count < _low) _low = _count;
        _taken += n;
        Volatile.Write(ref _busy, 0);
        return n;
    }

    /// <summary>
    /// Owner: checks and puts blocks from the front of <paramref name="blocks"/> until it is full, wanted by others, or a block is
    /// not what it should be.
    /// </summary>
    /// <returns>How many were put.</returns>
    internal int PutMany(ReadOnlySpan<Block> blocks, uint[] generations)
    {
        Volatile.Write(ref _busy, 1);
        if (Volatile.Read(ref _attention) != 0)
        {
            Volatile.Write(ref _busy, 0);
            return 0;
        }

        int count = _count;
        int n = Math.Min(_size - count, blocks.Length);
        nint done = 0;
        // SAFETY: owner: this stock, entered by its one thread; bounds: n entries from _count end before _size; a block's index
        // is below the table's length because only its pool makes blocks with the pool's number.
        ref ulong to = ref Item(count);
        ref Block from = ref MemoryMarshal.GetReference(blocks);
        ref uint table = ref MemoryMarshal.GetArrayDataReference(generations);
        ulong kind = Kind;
        for (; done < n; done++)
        {
            ref readonly Block block = ref Unsafe.Add(ref from, done);
            ulong token = block.Token;
            if (block.Kind != kind) break;
            ref uint generation = ref Unsafe.Add(ref table, (nint)(uint)token);
            uint given = (uint)(token >> 32);
            if (generation != given || given == uint.MaxValue) break;
            generation = given + 1;
            Unsafe.Add(ref to, done) = token + (1UL << 32);
        }

        _count = count + (int)done;
        _put += done;
        Volatile.Write(ref _busy, 0);
        return (int)done;
    }

    /// <summary>Others, first step: asks the owner to stay out from now on.</summary>
    internal void Revoke() => Volatile.Write(ref _attention, 1);

    /// <summary>Others, third step, after the process-wide barrier: waits until the owner is out.</summary>
    internal void AwaitIdle()
    {
        var spin = new SpinWait();
        while (Volatile.Read(ref _busy) != 0) spin.SpinOnce(sleep1Threshold: -1);
    }

    /// <summary>Others, last step: the owner may use it alone again, and sees what was changed meanwhile.</summary>
    internal void Readmit() => Volatile.Write(ref _attention, 0);

    /// <summary>Under the gate, by the owner or while revoked: moves the newest <paramref name="count"/> entries to <paramref name="to"/>.</summary>
    internal void MoveOut(Span<ulong> to, int count)
    {
        _items.AsSpan(Margin + _count - count, count).CopyTo(to);
        _count -= count;
        if (_count < _low) _low = _count;
    }

    /// <summary>Under the gate, by the owner: adds entries.</summary>
    internal void MoveIn(ReadOnlySpan<ulong> from)
    {
        from.CopyTo(_items.AsSpan(Margin + _count));
        _count += from.Length;
    }

    /// <summary>Under the gate, by the owner or while revoked: the low-water mark starts again.</summary>
    internal void ResetLow() => _low = _count;

    // SAFETY: owner: this object's own array; index is between -1 and _size, the margins make both ends exist.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong Item(int index) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), (nint)(uint)(index + Margin));
}
