namespace DmaKit.Tests;

/// <summary>
/// All ways to cut and copy a small request, tried one by one, straight from the limits: the least bytes, and of those the least elements. Knows
/// nothing of parts: each unit of the granularity is copied or not.
/// </summary>
internal static class CoalesceOracle
{
    /// <summary>The least that must be copied.</summary>
    /// <param name="places">Where the fragments lie to the device.</param>
    /// <param name="limits">The device.</param>
    /// <param name="block">The longest block, in bytes.</param>
    /// <param name="allowCuts">False for the twin that copies fragments whole.</param>
    /// <returns>Bytes and elements, or null when nothing fits.</returns>
    public static (long Bytes, int Elements)? Least(IReadOnlyList<LogicalRange> places, DmaConstraints limits, long block, bool allowCuts = true)
    {
        var addresses = new List<(ulong At, int Fragment)>();
        for (int f = 0; f < places.Count; f++)
            for (long i = 0; i < places[f].Length; i++) addresses.Add(((places[f].Start + i).Value, f));
        int unit = limits.LengthGranularity;
        int units = (addresses.Count + unit - 1) / unit;
        if (limits.LastElementGranular && addresses.Count % unit != 0) return null;
        (long Bytes, int Elements)? best = null;
        for (int choice = 0; choice < 1 << units; choice++)
        {
            if (!allowCuts && CutsAFragment(choice)) continue;
            if (Cost(choice) is { } cost && (best is null || cost.CompareTo(best.Value) < 0)) best = cost;
        }

        return best;

        bool Copied(int choice, int byteAt) => (choice >> byteAt / unit & 1) != 0;

        bool CutsAFragment(int choice)
        {
            for (int i = 1; i < addresses.Count; i++)
                if (addresses[i].Fragment == addresses[i - 1].Fragment && Copied(choice, i) != Copied(choice, i - 1)) return true;
            return false;
        }

        (long Bytes, int Elements)? Cost(int choice)
        {
            (long bytes, int elements) = (0L, 0);
            for (int at = 0; at < addresses.Count;)
            {
                int end = at + 1;
                if (Copied(choice, at))
                {
                    while (end < addresses.Count && Copied(choice, end)) end++;
                    bytes += end - at;
                    elements += (int)((end - at + block - 1) / block);
                }
                else
                {
                    // One element: as long as it may be.
                    ulong start = addresses[at].At;
                    if (start % (ulong)limits.ElementAlignment != 0) return null;
                    while (end < addresses.Count && !Copied(choice, end) && addresses[end].At == addresses[end - 1].At + 1 && end - at < limits.MaxElementLength
                        && (limits.Boundary == 0 || addresses[end].At / (ulong)limits.Boundary == start / (ulong)limits.Boundary)) end++;
                    if (end < addresses.Count && (end - at) % unit != 0) return null;
                    elements++;
                }

                at = end;
            }

            return elements <= limits.MaxElements ? (bytes, elements) : null;
        }
    }
}
