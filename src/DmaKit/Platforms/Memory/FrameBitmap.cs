using System.Numerics;

namespace DmaKit.Platforms;

/// <summary>A set of numbers from 0 as bits, with summaries above: finding the next member looks at a few words, however large the set.</summary>
/// <remarks>Not safe from several threads.</remarks>
internal sealed class FrameBitmap
{
    private readonly ulong[][] _levels;

    internal FrameBitmap(long length)
    {
        Length = length;
        var levels = new List<ulong[]>();
        long bits = Math.Max(1, length);
        do
        {
            bits = (bits + 63) >> 6;
            levels.Add(new ulong[bits]);
        }
        while (bits > 1);
        _levels = [.. levels];
    }

    internal long Length { get; }

    internal bool Contains(long index) => (_levels[0][index >> 6] >> (int)(index & 63) & 1) != 0;

    internal void Add(long index)
    {
        foreach (ulong[] level in _levels)
        {
            ref ulong word = ref level[index >> 6];
            bool occupied = word != 0;
            word |= 1UL << (int)(index & 63);
            if (occupied) return;
            index >>= 6;
        }
    }

    internal void Remove(long index)
    {
        foreach (ulong[] level in _levels)
        {
            ref ulong word = ref level[index >> 6];
            word &= ~(1UL << (int)(index & 63));
            if (word != 0) return;
            index >>= 6;
        }
    }

    /// <summary>The lowest member that is not below <paramref name="from"/>; -1 when there is none.</summary>
    internal long Next(long from)
    {
        if (from >= Length) return -1;
        long index = from;
        int level = 0;
        while (true)
        {
            long word = index >> 6;
            if (word >= _levels[level].Length) return -1;
            ulong bits = _levels[level][word] & (ulong.MaxValue << (int)(index & 63));
            if (bits != 0)
            {
                index = (word << 6) + BitOperations.TrailingZeroCount(bits);
                break;
            }

            if (++level == _levels.Length) return -1;
            index = word + 1;
        }

        while (level > 0)
        {
            level--;
            index = (index << 6) + BitOperations.TrailingZeroCount(_levels[level][index]);
        }

        return index;
    }
}
