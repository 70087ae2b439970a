namespace DmaKit;

/// <summary>
/// The reports that a clock rests on, newest last, in buckets that double in size with age: a few hundred buckets hold any number of reports,
/// and the past can be cut off wherever it contradicts the present.
/// </summary>
internal sealed class ClockWindow
{
    /// <summary>How many reports the youngest buckets hold.</summary>
    internal const int BucketReports = 16;

    private const int BucketsOfASize = 4;
    private const int MostBuckets = 256;

    private readonly LineFit[] _buckets = new LineFit[MostBuckets];
    private readonly byte[] _sizes = new byte[MostBuckets];
    private readonly LineFit[] _before = new LineFit[MostBuckets];
    private int _count;

    /// <summary>All buckets together.</summary>
    internal LineFit All { get; private set; }

    internal void Clear()
    {
        _count = 0;
        All = default;
    }

    /// <summary>Takes a full bucket in. When there are too many of a size the two oldest of that size become one.</summary>
    internal void Add(in LineFit bucket)
    {
        _buckets[_count] = bucket;
        _sizes[_count++] = 0;
        int last = _count;
        for (byte size = 0; ; size++)
        {
            int first = last;
            while (first > 0 && _sizes[first - 1] == size) first--;
            if (last - first <= BucketsOfASize) break;
            _buckets[first] = LineFit.Join(_buckets[first], _buckets[first + 1]);
            _sizes[first]++;
            int moved = _count - first - 2;
            _buckets.AsSpan(first + 2, moved).CopyTo(_buckets.AsSpan(first + 1));
            _sizes.AsSpan(first + 2, moved).CopyTo(_sizes.AsSpan(first + 1));
            _count--;
            last = first + 1;
        }

        Sum();
    }

    /// <summary>Measures all positions from a line that is steeper by <paramref name="slope"/>.</summary>
    internal void Tilt(double slope)
    {
        foreach (ref LineFit bucket in _buckets.AsSpan(0, _count)) bucket.Tilt(slope);
        Sum();
    }

    /// <summary>
    /// Finds the place where two lines, one before and one after it, explain the reports best in comparison with one line.
    /// </summary>
    /// <param name="variance">The variance of a report of weight 1, where reports are too few to tell.</param>
    /// <param name="newer">What comes after that place.</param>
    /// <param name="older">What comes before it.</param>
    /// <returns>
    /// By how much the sum of squares falls, in variances; with one line and Gaussian errors the chance of more than c is exp(-c/2) at one place.
    /// </returns>
    internal double BestSplit(double variance, out LineFit older, out LineFit newer)
    {
        older = default;
        newer = default;
        double best = 0;
        LineFit after = default;
        double one = All.Residue;
        for (int at = _count - 1; at > 0; at--)
        {
            after = LineFit.Join(_buckets[at], after);
            ref readonly LineFit before = ref _before[at];
            double two = before.Residue + after.Residue;
            double spread = (two + (BucketReports * variance)) / (All.Count - 4 + BucketReports);
            double gain = (one - two) / Math.Max(spread, variance * 1e-6);
            if (gain <= best) continue;
            best = gain;
            older = before;
            newer = after;
        }

        return best;
    }

    /// <summary>Forgets what is older than the <paramref name="reports"/> newest reports, in whole buckets.</summary>
    internal void KeepNewest(long reports)
    {
        int first = _count;
        for (long kept = 0; first > 0 && kept < reports; first--) kept += _buckets[first - 1].Count;
        _buckets.AsSpan(first, _count - first).CopyTo(_buckets);
        _sizes.AsSpan(first, _count - first).CopyTo(_sizes);
        _count -= first;
        Sum();
    }

    // Joined anew from the oldest on each time: sums kept up to date report by report would gather rounding errors for ever.
    private void Sum()
    {
        LineFit sum = default;
        for (int i = 0; i < _count; i++)
        {
            _before[i] = sum;
            sum = LineFit.Join(sum, _buckets[i]);
        }

        All = sum;
    }
}
