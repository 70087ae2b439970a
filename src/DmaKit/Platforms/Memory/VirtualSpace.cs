using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>Address space of this process in which scattered frames are shown side by side.</summary>
/// <remarks>
/// Safe from any thread. Places are carved one after the other and never used twice, so that a late access of the program meets
/// nobody else's bytes. Retired places lie side by side as private zero pages, which the host keeps as one mapping.
/// </remarks>
internal sealed class VirtualSpace(PhysicalMemory memory, long limit) : IDisposable
{
    private const long ChunkLength = 64L << 30;
    private const long UsualHostLimit = 65530;

    private readonly Lock _gate = new();
    private readonly List<(nint At, long Length)> _chunks = [];
    private nint _next;
    private long _left;
    private long _mappings;

    /// <summary>Mappings of the host in use.</summary>
    internal long Mappings
    {
        get
        {
            lock (_gate) return _mappings;
        }
    }

    /// <summary>Mappings of the host that may still be made.</summary>
    internal long MappingsLeft
    {
        get
        {
            lock (_gate) return limit - _mappings;
        }
    }

    /// <summary>Half of what the host allows a process: the other half is the program's own.</summary>
    internal static long HostLimit()
    {
        const string File = "/proc/sys/vm/max_map_count";
        long allowed = UsualHostLimit;
        if (System.IO.File.Exists(File) && long.TryParse(System.IO.File.ReadAllText(File).AsSpan().Trim(), out long count)) allowed = count;
        return allowed / 2;
    }

    /// <summary>Shows frames side by side.</summary>
    /// <exception cref="DmaResourceException">The host maps no more ranges.</exception>
    internal nint Show(FrameRun[] runs, long pages)
    {
        long length = pages << PhysicalMemory.PageShift;
        nint at = Carve(length, Cost(runs));
        nint place = at;
        foreach (FrameRun run in runs)
        {
            memory.ShowFrames(place, run.First, run.Count);
            place += (nint)(run.Count << PhysicalMemory.PageShift);
        }

        return at;
    }

    /// <summary>Replaces the frames by zero pages.</summary>
    internal void Retire(HostRange range)
    {
        lock (_gate)
        {
            // After the machine was closed the place is the host's again.
            if (_chunks.Count == 0) return;
            memory.ShowZeros(range.Host, range.Length);
            _mappings -= Cost(range.Runs);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach ((nint at, long length) in _chunks) memory.Unreserve(at, length);
            _chunks.Clear();
            _left = 0;
        }
    }

    // One for each run, and one for the retired place that may follow.
    private static long Cost(FrameRun[] runs) => runs.Length + 1;

    private nint Carve(long length, long cost)
    {
        lock (_gate)
        {
            if (_mappings + cost > limit)
            {
                throw new DmaResourceException(
                    $"A buffer of 0x{length:X} bytes lies in {cost - 1} scattered pieces, and the machine already uses {_mappings} of the {limit} mappings "
                    + $"it allows itself (half of vm.max_map_count). Mend it with: sysctl -w vm.max_map_count={NeededCount(cost)}",
                    length, 0);
            }

            if (_left < length)
            {
                long chunk = Math.Max(ChunkLength, length);
                _next = memory.Reserve(chunk);
                _left = chunk;
                _chunks.Add((_next, chunk));
            }

            nint at = _next;
            _next += (nint)length;
            _left -= length;
            _mappings += cost;
            return at;
        }
    }

    private long NeededCount(long cost) => Math.Max(262_144, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(2 * (_mappings + cost))));
}
