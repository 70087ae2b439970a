using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>
/// Free blocks that rest with one thread. Its owner takes and puts with plain loads and stores; who else wants them raises
/// <see cref="_attention"/>, makes every thread pass a barrier, waits for <see cref="_busy"/> to fall, and then has it to itself.
/// </summary>
/// <remarks>
/// The pair "owner: store busy, load attention" and "other: store attention, process-wide barrier, load busy" is Dekker's lock with
/// the whole cost on the side that is rare. Fields stand 128 bytes away from whatever the heap puts beside this object. The tokens
/// are a stack that grows downwards, so that a burst lies in memory in the order in which it is handed out.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 320)]
internal sealed unsafe class PoolStock
{
    /// <summary>Entries in front of and behind the tokens, so that no other object shares their lines and the bottom may be moved to the start of one.</summary>
    private const int Margin = 24;

    [FieldOffset(128)]
    private readonly ulong[] _items;

    /// <summary>1 while the owner is inside.</summary>
    [FieldOffset(136)]
    private int _busy;

    /// <summary>Not 0 when the owner must go to the pool's gate.</summary>
    [FieldOffset(140)]
    private int _attention;

    /// <summary>How many tokens the stack holds: <see cref="_size"/> at most, and one more while the pool's gate is held.</summary>
    [FieldOffset(144)]
    private int _count;

    /// <summary>
    /// A token beside the stack, or 0: who returns one block and rents one does not touch the stack, whose count each operation
    /// would have to wait for.
    /// </summary>
    [FieldOffset(216)]
    private ulong _hand;

    /// <summary>The least <see cref="_count"/> since the pool last looked: what makes its peak exact.</summary>
    [FieldOffset(148)]
    private int _low;

    [FieldOffset(152)]
    private readonly int _size;

    /// <summary>
    /// The start of what is as long as a page around the place on the stack where its thread was last seen here: see <see cref="StackPage"/>. Two stacks never
    /// come into it, with a guard page between them. Written by that thread alone.
    /// </summary>
    [FieldOffset(200)]
    internal nuint Place;

    /// <summary>Whether it was taken away from its pool for good. Changes under the gate, while revoked.</summary>
    [FieldOffset(208)]
    internal bool Removed;

    /// <summary>The number of its pool: a thread's table outlives pools.</summary>
    [FieldOffset(184)]
    internal readonly uint PoolId;

    [FieldOffset(160)]
    private long _taken;

    /// <summary>What came from the shared stock less what went there: with it, what was put need not be counted one by one.</summary>
    [FieldOffset(168)]
    private long _moved;

    /// <summary>One behind the entry that was put first: the stack's bottom.</summary>
    [FieldOffset(192)]
    private readonly ulong* _end;

    /// <summary>Which thread owns an implicit stock; null for an explicit cache, which moves between threads.</summary>
    [FieldOffset(176)]
    internal readonly Thread? Owner;

    internal PoolStock(int size, uint poolId, Thread? owner)
    {
        _size = size;
        _items = GC.AllocateArray<ulong>(size + 1 + (2 * Margin), pinned: true);
        // SAFETY: owner: this object's own pinned array; lifetime: this object's.
        fixed (ulong* items = _items) _end = (ulong*)((nuint)(items + Margin + size + 1) & ~(nuint)63);
        PoolId = poolId;
        Owner = owner;
    }

    internal int Size => _size;

    /// <summary>How many blocks rest here: exact for the owner and under the gate of a revoked stock, else a glimpse.</summary>
    internal int Count => _hand != 0 ? _count + 1 : _count;

    internal int Low => _low;

    internal long Taken => _taken;

    internal long Put => Count - _moved + _taken;

    /// <summary>Owner: takes the one that is in the hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTakeFromHand(out ulong token)
    {
        Volatile.Write(ref _busy, 1);
        token = Volatile.Read(ref _attention) == 0 ? _hand : 0;
        bool taken = token != 0;
        if (taken)
        {
            _hand = 0;
            _taken++;
        }

        Volatile.Write(ref _busy, 0);
        return taken;
    }

    /// <summary>Owner: puts one into the hand, if that is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryPutIntoHand(ulong token)
    {
        Volatile.Write(ref _busy, 1);
        bool put = _hand == 0 && Volatile.Read(ref _attention) == 0;
        if (put) _hand = token;
        Volatile.Write(ref _busy, 0);
        return put;
    }

    /// <summary>Owner: takes one, unless it is empty or wanted by others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTake(out ulong token)
    {
        Volatile.Write(ref _busy, 1);
        if (Volatile.Read(ref _attention) == 0)
        {
            int count = _count;
            if (count > 0)
            {
                // SAFETY: owner: this stock, entered by its one thread; bounds: the stack has an entry for each of _size and one more.
                token = _end[-(nint)count];
                _count = --count;
                if (count < _low) _low = count;
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
                // SAFETY: as in TryTake.
                _count = ++count;
                _end[-(nint)count] = token;
                Volatile.Write(ref _busy, 0);
                return true;
            }
        }

        Volatile.Write(ref _busy, 0);
        return false;
    }

    /// <summary>Owner: takes as many as there are, up to the length of <paramref name="blocks"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int TakeMany(Span<Block> blocks)
    {
        Volatile.Write(ref _busy, 1);
        if (Volatile.Read(ref _attention) != 0)
        {
            Volatile.Write(ref _busy, 0);
            return 0;
        }

        int count = PutAway();
        int n = Math.Min(count, blocks.Length);
        // SAFETY: owner: this stock, entered by its one thread; bounds: n entries lie above the stack's bottom, and n blocks fit the span.
        TokenBurst.Make(_end - count, blocks, n);
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
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int PutMany(ReadOnlySpan<Block> blocks, PoolSlots slots)
    {
        Volatile.Write(ref _busy, 1);
        if (Volatile.Read(ref _attention) != 0)
        {
            Volatile.Write(ref _busy, 0);
            return 0;
        }

        int count = PutAway();
        int n = Math.Max(0, Math.Min(_size - count, blocks.Length));
        // SAFETY: owner: this stock, entered by its one thread; bounds: n more entries fit above the stack's top, and n blocks are in the span.
        ulong* to = _end - count - n;
        int done = (int)TokenBurst.Take(blocks, to, n, slots);

        // What is not put leaves a gap at the top of the stack.
        if (done != n) new ReadOnlySpan<ulong>(to, done).CopyTo(new Span<ulong>(to + n - done, done));
        _count = count + done;
        Volatile.Write(ref _busy, 0);
        GC.KeepAlive(slots);
        return done;
    }

    /// <summary>Others, first step: asks the owner to stay out from now on.</summary>
    internal void Revoke() => Volatile.Write(ref _attention, 1);

    internal bool IsRevoked => _attention != 0;

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
        PutAway();
        // SAFETY: under the gate as the summary says; bounds: count is at most what the stack holds, and to is compared by the copy.
        new ReadOnlySpan<ulong>(_end - _count, count).CopyTo(to);
        _count -= count;
        _moved -= count;
        if (_count < _low) _low = _count;
    }

    /// <summary>Under the gate, by the owner: adds entries, the first of which lies on top.</summary>
    internal void MoveIn(ReadOnlySpan<ulong> from)
    {
        PutAway();
        // SAFETY: as in MoveOut; the caller has compared with the size.
        from.CopyTo(new Span<ulong>(_end - _count - from.Length, from.Length));
        _count += from.Length;
        _moved += from.Length;
    }

    /// <summary>Under the gate, by the owner or while revoked: the low-water mark starts again.</summary>
    internal void ResetLow() => _low = PutAway();

    /// <summary>By the owner or while revoked: puts what is in the hand on the stack. <see cref="_low"/> knows of a hand that is empty.</summary>
    /// <returns>How many tokens the stack holds.</returns>
    private int PutAway()
    {
        if (_hand == 0) return _count;
        // SAFETY: as in TryTake.
        _end[-(nint)(++_count)] = _hand;
        _hand = 0;
        return _count;
    }
}
