using DmaKit.Emulation;

namespace DmaKit.Cli;

/// <summary>
/// What is still out when everything should have come back: packets, blocks, pieces, mappings, common buffers, map registers, system buffers, and what is in
/// quarantine. Counts by itself what the library says to observers; half of the plans go without, since what is not observed takes other paths.
/// </summary>
/// <remarks>For one thread: a stepped machine's.</remarks>
internal sealed class TortureLeaks : DmaObserver
{
    private readonly Dictionary<object, HashSet<LogicalRange>> _rented = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<DmaAdapter, long> _mapped = [];
    private readonly HashSet<CommonBuffer> _buffers = [];
    private readonly List<string> _broken = [];

    public override void OnAllocated(CommonBuffer buffer) => _buffers.Add(buffer);

    public override void OnFreed(CommonBuffer buffer, bool quarantined) => _buffers.Remove(buffer);

    public override void OnRented(object owner, LogicalRange piece)
    {
        if (!_rented.TryGetValue(owner, out HashSet<LogicalRange>? pieces)) _rented.Add(owner, pieces = []);
        if (!pieces.Add(piece)) _broken.Add(TortureBench.Text($"{NameOf(owner)} at {piece} was handed out twice"));
    }

    public override void OnReturned(object owner, LogicalRange piece)
    {
        if (!_rented.TryGetValue(owner, out HashSet<LogicalRange>? pieces) || !pieces.Remove(piece))
            _broken.Add(TortureBench.Text($"{NameOf(owner)} at {piece} was given back though nobody had it"));
    }

    public override void OnMapped(DmaAdapter adapter, in DmaMapping mapping) => _mapped[adapter] = _mapped.GetValueOrDefault(adapter) + 1;

    public override void OnUnmapped(DmaAdapter adapter, in DmaMapping mapping, long bytes)
    {
        if ((_mapped[adapter] = _mapped.GetValueOrDefault(adapter) - 1) < 0) _broken.Add("a mapping ended twice");
    }

    /// <summary>Looks at everything: all drivers have ended, and nothing may be out.</summary>
    /// <param name="machine">Their machine.</param>
    /// <param name="domains">Where they lived.</param>
    /// <returns>What is still out, as sentences.</returns>
    internal IEnumerable<string> Find(EmulatedPlatform machine, IEnumerable<DmaDomain> domains)
    {
        foreach (string broken in _broken) yield return broken;
        foreach ((object owner, HashSet<LogicalRange> pieces) in _rented)
            if (pieces.Count > 0) yield return TortureBench.Text($"{pieces.Count} of {NameOf(owner)} never came back");
        foreach ((DmaAdapter adapter, long mappings) in _mapped)
            if (mappings > 0) yield return TortureBench.Text($"{mappings} mappings of {adapter.Function.Info.Address} never ended");
        foreach (CommonBuffer buffer in _buffers) yield return $"common buffer '{buffer.Name}' was never disposed";
        foreach (DmaDomain domain in domains.Distinct())
        {
            foreach (CommonBuffer buffer in domain.CommonBuffers)
                if (!_buffers.Contains(buffer)) yield return $"common buffer '{buffer.Name}' was never disposed";
            MapRegisters registers = domain.MapRegisters;
            if (registers.Free < registers.Capacity) yield return TortureBench.Text($"{registers.Capacity - registers.Free} of {registers.Capacity} map registers never came back");
            if (registers.Waiting > 0) yield return TortureBench.Text($"{registers.Waiting} callers wait for map registers");
            foreach (QuarantineEntry entry in domain.Quarantine.Entries) yield return TortureBench.Text($"{entry.Bytes} bytes are still in quarantine: {entry.What}, {entry.Reason}");
        }

        if (machine.Statistics.SystemBuffers is > 0 and int left) yield return TortureBench.Text($"{left} system buffers never came back");
    }

    private static string NameOf(object owner) => owner switch
    {
        BlockPool pool => $"the blocks of '{pool.Name}'",
        BufferHeap heap => $"the pieces of '{heap.Name}'",
        _ => "the command packets of a pool",
    };
}
