using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// How a request's bytes are made reachable: which stretches the device takes where they lie, which go through map registers, and how
/// much of the request fits the adapter's constraints. Takes nothing; reused from request to request.
/// </summary>
internal sealed class MappingPlan
{
    private readonly DmaConstraints _limits;
    private readonly DmaDomain _domain;
    private readonly int _page;
    private Segment[] _segments = new Segment[4];
    private int _count;

    public MappingPlan(DmaAdapter adapter)
    {
        _limits = adapter.Constraints;
        _domain = adapter.Domain;
        _page = _domain.Memory.PageSize;
    }

    /// <summary>The stretches, in order.</summary>
    public ReadOnlySpan<Segment> Segments => _segments.AsSpan(0, _count);

    /// <summary>How many bytes are covered.</summary>
    public int Length { get; private set; }

    /// <summary>How many map registers it takes.</summary>
    public int Registers { get; private set; }

    /// <summary>Whether the registers must be contiguous to the device.</summary>
    public bool NeedsOneRun { get; private set; }

    /// <summary>Plans a mapping of as much of <paramref name="data"/> as fits.</summary>
    /// <param name="data">The request's bytes.</param>
    /// <param name="registers">The most registers that it can get.</param>
    /// <param name="granularity">What the covered length must be a multiple of, unless it is all of the data.</param>
    public void Make(ReadOnlyMemory<byte> data, RegisterLimits registers, int granularity)
    {
        int length = (int)Math.Min(data.Length, _limits.MaxTransferLength);

        // Pages that are no multiple of the granularity cannot be elements of their own.
        bool single = _limits.MaxElements == 1 || _page % _limits.LengthGranularity != 0;
        Walk(data, length, single ? registers.LongestRun : registers.Reachable, oneRun: single);
        if (Length < length && !single && Registers > 0)
        {
            // Too many elements where each register page is one of its own: adjacent registers merge into fewer.
            int without = Length;
            Walk(data, length, registers.LongestRun, oneRun: true);
            if (Length <= without) Walk(data, length, registers.Reachable, oneRun: false);
        }

        if (Length < data.Length) Trim(Length - Length % granularity);
    }

    /// <summary>How long the element is that begins at <paramref name="at"/>: split at boundary and element length.</summary>
    public long ElementAt(LogicalAddress at, long length)
    {
        if (length > _limits.MaxElementLength)
            length = Math.Max(1, _limits.MaxElementLength - _limits.MaxElementLength % _limits.LengthGranularity);
        if (_limits.Boundary == 0) return length;
        return Math.Min(length, _limits.Boundary - (long)(at.Value & (ulong)(_limits.Boundary - 1)));
    }

    private void Walk(ReadOnlyMemory<byte> data, int length, int registers, bool oneRun)
    {
        (Length, Registers, _count, NeedsOneRun) = (0, 0, 0, oneRun);
        bool native = HostMemory.TryGetHost(data, out nint host, out object? owner);
        var common = owner as CommonBuffer;
        int elements = 0;
        while (Length < length && elements < _limits.MaxElements)
        {
            int left = length - Length;
            int take = left;
            LogicalAddress at = default;
            bool direct = native && TryDirect(common, host + Length, left, out at, out take);
            if (direct && _limits.MaxElements == 1 && ElementAt(at, left) < left) direct = false;
            if (!direct)
            {
                // The whole stretch up to the next one that can be taken as it lies; all of it for a device that takes one element.
                if (_limits.MaxElements == 1) take = left;
                take = Math.Min(left, RoundUp(take));
                while (take < left && !TryDirect(common, host + Length + take, left - take, out _, out int more))
                    take = Math.Min(left, RoundUp(take + more));
            }

            int fitted = direct ? FitDirect(at, take, ref elements) : FitBounced(take, registers - Registers, oneRun, ref elements);
            if (fitted == 0) break;
            if (_count == _segments.Length) Array.Resize(ref _segments, _count * 2);
            _segments[_count++] = new Segment(Length, fitted, !direct, at);
            Length += fitted;
            if (!direct) Registers += PagesOf(fitted);
            if (fitted < take) break;
        }
    }

    /// <summary>Whether the device takes the next bytes where they lie.</summary>
    /// <param name="common">The common buffer that they belong to, if any.</param>
    /// <param name="host">Where they are in this process.</param>
    /// <param name="left">How many bytes there are.</param>
    /// <param name="at">Where they are to the device.</param>
    /// <param name="take">How many bytes the answer holds for, 1 or more.</param>
    private bool TryDirect(CommonBuffer? common, nint host, int left, out LogicalAddress at, out int take)
    {
        take = left;
        if (common is not null && common.Adapter.Domain == _domain)
        {
            at = common.LogicalAddress + (host - common.Host);
        }
        else
        {
            if (!_domain.Memory.TryTranslate(host, left, out at, out long contiguous)) return false;
            take = (int)contiguous;
        }

        if (at > _limits.HighestAddress || !at.IsAligned(_limits.ElementAlignment)) return false;
        ulong inReach = _limits.HighestAddress.Value - at.Value;
        if ((ulong)(take - 1) > inReach) take = (int)(inReach + 1);

        // Where it is split at a boundary, the part before it is not the last element: that must not be ragged either.
        long first = ElementAt(at, take);
        if (first < take && first % _limits.LengthGranularity != 0) return false;

        // Only the last element may be ragged; a ragged end in the middle is copied.
        int ragged = take % _limits.LengthGranularity;
        if (ragged == 0 || (take == left && !_limits.LastElementGranular)) return true;
        if (take == ragged) return false;
        take -= ragged;
        return true;
    }

    private int FitDirect(LogicalAddress at, int take, ref int elements)
    {
        int fitted = 0;
        for (; fitted < take && elements < _limits.MaxElements; elements++) fitted += (int)ElementAt(at + fitted, take - fitted);
        return fitted;
    }

    /// <summary>How much of a stretch fits the registers and elements that are left. The registers' addresses are not known yet.</summary>
    private int FitBounced(int take, int registers, bool oneRun, ref int elements)
    {
        take = (int)Math.Min(take, (long)registers * _page);
        if (take <= 0) return 0;
        long limit = ElementAt(default, oneRun ? take : _page);
        long free = _limits.MaxElements - elements;
        if (oneRun)
        {
            // One run is laid so that it crosses no boundary if it is no longer than that; a longer one may cross one more than it must.
            if (_limits.Boundary != 0 && _page % _limits.LengthGranularity != 0) take = (int)Math.Min(take, _limits.Boundary);
            bool mayCross = _limits.Boundary != 0 && take > _limits.Boundary;
            if (mayCross) free--;
            take = (int)Math.Min(take, Math.Max(0, free) * limit);
            elements += (int)((take + limit - 1) / limit) + (mayCross ? 1 : 0);
            return take;
        }

        long perPage = (_page + limit - 1) / limit;
        take = (int)Math.Min(take, free / perPage * _page);
        elements += (int)(PagesOf(take) * perPage);
        return take;
    }

    private void Trim(int length)
    {
        while (Length > length)
        {
            ref Segment last = ref _segments[_count - 1];
            int cut = Math.Min(Length - length, last.Length);
            if (last.Bounced) Registers += PagesOf(last.Length - cut) - PagesOf(last.Length);
            last = last with { Length = last.Length - cut };
            Length -= cut;
            if (last.Length == 0) _count--;
        }
    }

    /// <summary>A copied stretch in the middle ends at a multiple of the granularity: it takes along what it needs of the next.</summary>
    private int RoundUp(int bytes)
    {
        long ragged = bytes % _limits.LengthGranularity;
        return ragged == 0 ? bytes : (int)Math.Min(int.MaxValue, bytes + _limits.LengthGranularity - ragged);
    }

    private int PagesOf(int bytes) => (int)(((long)bytes + _page - 1) / _page);

    /// <summary>A stretch of the data.</summary>
    /// <param name="Offset">Where it starts in the data.</param>
    /// <param name="Length">The length in bytes.</param>
    /// <param name="Bounced">Whether it goes through map registers.</param>
    /// <param name="Address">Where it is to the device, if not.</param>
    internal readonly record struct Segment(int Offset, int Length, bool Bounced, LogicalAddress Address);
}
