using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DmaKit;

/// <summary>
/// Chooses which parts of a request are copied, so that no more elements are left than the device takes: the fewest bytes, of equal choices
/// the fewest elements, of those the one that copies earlier.
/// </summary>
/// <remarks>
/// <para>What can be chosen. Every element but the last has a length that is a multiple of the granularity, so every cut lies at such a
/// multiple. Parts are as long as elements can be where they lie (<see cref="ChainWalker"/>): a direct part that is made shorter is still
/// one element, and what is cut from it is copied for nothing. So a best choice copies parts whole or not at all. Copied neighbours
/// become one element for every block's worth of them.</para>
/// <para>How it is found, where a block holds the whole request. Go from the last part to the first, and keep for every number of
/// elements that may still be used the best cost of the rest of the request: once for the case that the part in front is copied, once for the case that it is not.
/// A part that is copied costs its bytes, and an element unless the part in front is copied too; a part that is not costs its
/// elements. That is the shortest path through parts times elements, so it is exact. With n parts and room for m elements the
/// path can only run where some way leads: a band of min(m, n - m) elements, give or take two. The work is n times that band, in vectors, and so
/// linear in the fragments for a given device.</para>
/// <para>Where blocks are shorter, a path also has what is left of the last block, and several paths with the same number of elements are kept:
/// one is dropped only if another is no worse in bytes and in what is left (<see cref="SearchShort"/>).</para>
/// </remarks>
internal sealed partial class CoalesceSearch
{
    // A cost is bytes and elements in one number: bytes come first.
    private const int ElementBits = 20;
    private const long Never = 1L << 61;
    private const int Pad = 16;

    private long[] _open = [];
    private long[] _closed = [];
    private ulong[] _copyOpen = [];
    private ulong[] _copyClosed = [];
    private int[] _before = [];

    /// <summary>The longest request that it can weigh: 1 TiB.</summary>
    public const long MaxLength = 1L << 40;

    /// <summary>Chooses.</summary>
    /// <param name="parts">The parts in order; what is copied is marked in them.</param>
    /// <param name="most">How many elements there may be, 1 or more.</param>
    /// <param name="block">The most bytes of an element that is copied.</param>
    /// <returns>False when nothing fits.</returns>
    public bool Choose(Span<CoalescePart> parts, int most, long block)
    {
        long length = 0;
        foreach (ref readonly CoalescePart part in parts) length += part.Length;
        if (length > MaxLength) return false;
        if (length > block) return SearchShort(parts, most, block);
        if (most == 1 && parts.Length > 1)
        {
            // Nothing to choose: all of it is one element.
            foreach (ref CoalescePart part in parts) part.Copied = true;
            return true;
        }

        return SearchLong(parts, most);
    }

    private bool SearchLong(Span<CoalescePart> parts, int most)
    {
        if (_before.Length < parts.Length) _before = new int[Math.Max(parts.Length, 16)];
        int[] before = _before;
        long sum = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            before[i] = (int)sum;
            sum = Math.Min((1 << ElementBits) - 2, sum + Math.Max(1, parts[i].Elements));
        }

        // As many as all parts are by themselves are always enough.
        int total = (int)sum;
        most = Math.Min(most, total);
        int words = (most >> 6) + 1;
        Grow(parts.Length, most, words);
        // Behind the last part: nothing more to pay. Fewer than no elements cannot be.
        Span<long> open = _open;
        Span<long> closed = _closed;
        open[..Pad].Fill(Never);
        closed[..Pad].Fill(Never);
        open.Slice(Pad, most + 1).Clear();
        closed.Slice(Pad, most + 1).Clear();
        int known = 0;
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            ref readonly CoalescePart part = ref parts[i];

            // So few elements may be left here at least, because those in front used no more; and so many at most make a difference.
            int low = Math.Max(0, most - before[i] - 1);
            int high = Math.Min(most, total - before[i] + 1);
            for (; known < high; known++) (open[Pad + known + 1], closed[Pad + known + 1]) = (open[Pad + known], closed[Pad + known]);
            Step(part, low, high, _copyOpen.AsSpan(i * words, words), _copyClosed.AsSpan(i * words, words));
        }

        if (closed[Pad + most] >= Never) return false;
        int left = most;
        bool isOpen = false;
        for (int i = 0; i < parts.Length; i++)
        {
            ref CoalescePart part = ref parts[i];

            // More than the rest can use was not looked at: it makes no difference.
            int at = Math.Min(left, total - before[i] + 1);
            ulong[] copy = isOpen ? _copyOpen : _copyClosed;
            part.Copied = (copy[i * words + (at >> 6)] >> at & 1) != 0;
            left = at - (part.Copied ? (isOpen ? 0 : 1) : part.Elements);
            isOpen = part.Copied;
        }

        return true;
    }

    /// <summary>The best costs in front of a part, from those behind it, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(in CoalescePart part, int low, int high, Span<ulong> copyOpen, Span<ulong> copyClosed)
    {
        long[] open = _open;
        long[] closed = _closed;
        copyOpen[(low >> 6)..((high >> 6) + 1)].Clear();
        copyClosed[(low >> 6)..((high >> 6) + 1)].Clear();
        long bytes = part.Weight << ElementBits;
        int elements = part.Elements;
        int e = high;
        if (elements == 1)
        {
            // From the top down, so that what is read was not written yet.
            var weight = new Vector<long>(bytes);
            var weightAndOne = new Vector<long>(bytes + 1);
            int lanes = Vector<long>.Count;
            for (; e - lanes + 1 >= low; e -= lanes)
            {
                int at = Pad + e - lanes + 1;
                var direct = new Vector<long>(closed, at - 1) + Vector<long>.One;
                var whenOpen = new Vector<long>(open, at) + weight;
                var whenClosed = new Vector<long>(open, at - 1) + weightAndOne;
                Mark(copyOpen, Vector.LessThanOrEqual(whenOpen, direct), e - lanes + 1);
                Mark(copyClosed, Vector.LessThanOrEqual(whenClosed, direct), e - lanes + 1);
                Vector.Min(whenOpen, direct).CopyTo(open, at);
                Vector.Min(whenClosed, direct).CopyTo(closed, at);
            }
        }

        for (; e >= low; e--)
        {
            int at = Pad + e;
            long direct = elements > 0 && e >= elements ? closed[at - elements] + elements : Never;
            long whenOpen = open[at] + bytes;
            long whenClosed = open[at - 1] + bytes + 1;
            if (whenOpen <= direct) copyOpen[e >> 6] |= 1UL << e;
            if (whenClosed <= direct) copyClosed[e >> 6] |= 1UL << e;
            open[at] = Math.Min(whenOpen, direct);
            closed[at] = Math.Min(whenClosed, direct);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mark(Span<ulong> bits, Vector<long> mask, int from)
    {
        ulong lanes = 0;
        if (Vector<long>.Count == Vector256<long>.Count)
        {
            lanes = Vector256.ExtractMostSignificantBits(mask.AsVector256());
        }
        else
        {
            for (int i = 0; i < Vector<long>.Count; i++) lanes |= (ulong)(mask[i] & 1) << i;
        }

        int shift = from & 63;
        bits[from >> 6] |= lanes << shift;
        if (shift + Vector<long>.Count > 64) bits[(from >> 6) + 1] |= lanes >> (64 - shift);
    }

    private void Grow(int parts, int most, int words)
    {
        if (_open.Length < Pad + most + 2) (_open, _closed) = (new long[Pad + most + 2], new long[Pad + most + 2]);
        if (_copyOpen.Length < parts * words) (_copyOpen, _copyClosed) = (new ulong[Math.Max(parts, 16) * words], new ulong[Math.Max(parts, 16) * words]);
    }
}
