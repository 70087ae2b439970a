using DmaKit.Native;

namespace DmaKit;

/// <summary>A plan that is told instead of followed.</summary>
internal sealed partial class MappingSlot
{
    /// <summary>Plans, and says what came out. Nothing is taken.</summary>
    public TransferPlan Explain()
    {
        bool possible = true;
        string? why = null;
        try
        {
            Plan(whole: true, 1);
        }
        catch (Exception e) when (e is DmaMappingException or DmaResourceException)
        {
            (possible, why) = (false, e.Message);
        }

        (long direct, long bounced, long coalesced, long elements, long pointed) = (0, 0, 0, 0, 0);
        foreach (ref readonly PlanSegment segment in _plan.Segments)
        {
            elements += _plan.MostElementsOf(segment);
            if (segment.Why == CopyReasons.None) direct += segment.Length;
            else if (segment.IsCoalesced) coalesced += segment.Length;
            else
            {
                long own = PointedOf(segment);
                (pointed, bounced) = (pointed + own, bounced + segment.Length - own);
            }
        }

        if (possible) coalesced -= _headroom;
        TransferPlanKind kind = !possible ? TransferPlanKind.Impossible
            : BlocksWanted > 0 ? TransferPlanKind.Coalescing
            : RegisterCount > 0 ? TransferPlanKind.Registers
            : TransferPlanKind.Direct;
        return new TransferPlan
        {
            Kind = kind,
            Length = _asked - _headroom,
            Mappable = Math.Max(0, _plan.Length - _headroom),
            Elements = Math.Min(elements, Adapter.Constraints.MaxElements),
            DirectBytes = direct + pointed,
            BouncedBytes = bounced,
            CoalescedBytes = Math.Max(0, coalesced),
            Registers = RegisterCount,
            NeedsOneRun = RegisterCount > 0 && NeedsOneRun,
            Blocks = BlocksWanted,
            Reasons = _plan.Why | _plan.CoalescedWhy,
            Explanation = kind switch
            {
                TransferPlanKind.Impossible => "impossible: " + why,
                TransferPlanKind.Direct => $"direct: {direct} bytes where they lie, in {elements} element(s)",
                TransferPlanKind.Registers =>
                    $"{RegisterCount} map register(s){(NeedsOneRun ? " side by side" : "")}: {(pointed > 0 ? $"they lead to {pointed} bytes where those lie, and " : "")}{bounced} of {Length} bytes are copied because of {Text(_plan.Why)}",
                _ => $"coalescing: {coalesced} of {Length} bytes are copied into {BlocksWanted} block(s) because of {Text(_plan.CoalescedWhy)}"
                    + (_headroom > 0 ? $", {_headroom} bytes are left free in front" : "")
                    + (RegisterCount > 0 ? $"; {bounced} bytes are copied through {RegisterCount} map register(s) because of {Text(CopyReasons.Reach)}" : ""),
            },
        };
    }

    /// <summary>How many bytes of a stretch registers lead to, if they lie side by side.</summary>
    private long PointedOf(in PlanSegment segment)
    {
        int from = _mapRegisters.PointFromPages;
        if (from == 0 || segment.Length < (long)from * _mapRegisters.PageSize) return 0;
        ChainCursor at = FragmentMemory.Advance(Fragments, _start, segment.Offset);
        Pin(at, segment.Length);
        return Pays(at, segment.Length, out long own) ? own : 0;
    }

    private string Text(CopyReasons reasons)
    {
        DmaConstraints limits = Adapter.Constraints;
        var words = new List<string>();
        if ((reasons & CopyReasons.Count) != CopyReasons.None) words.Add($"number (the device takes {limits.MaxElements} element(s))");
        if ((reasons & CopyReasons.Alignment) != CopyReasons.None) words.Add($"alignment (elements start at multiples of {limits.ElementAlignment})");
        if ((reasons & CopyReasons.Granularity) != CopyReasons.None) words.Add($"granularity (elements are multiples of {limits.LengthGranularity} bytes long)");
        if ((reasons & CopyReasons.Reach) != CopyReasons.None) words.Add($"reach (managed memory, or beyond {limits.AddressBits} address bits)");
        if ((reasons & CopyReasons.Policy) != CopyReasons.None) words.Add("policy");
        return string.Join(", ", words);
    }
}
