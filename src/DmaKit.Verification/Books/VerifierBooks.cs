using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>Everything that is alive on a platform, and what died of late: what rules look things up in.</summary>
/// <remarks>Under the verifier's lock, which also guards what rules report.</remarks>
internal sealed class VerifierBooks(VerifierOptions options)
{
    private const int FreedKept = 256;
    private const int EndedKept = 256;
    private const int MostCompared = 1024;

    private readonly SortedList<ulong, BufferRecord> _buffers = [];
    private readonly LinkedList<BufferRecord> _freed = new();
    private readonly Dictionary<object, MappingRecord> _mappings = new(ReferenceEqualityComparer.Instance);
    private readonly LinkedList<MappingRecord> _ended = new();
    private readonly Dictionary<PciFunction, FunctionRecord> _functions = [];
    private readonly Dictionary<(DmaDomain Domain, ulong Start), PieceRecord> _pieces = [];
    private readonly Dictionary<(object Pool, uint Tag), PacketRecord> _packets = [];
    private readonly List<VerifiedMemory> _memories = [];
    private readonly List<VerifierReport> _pending = [];

    public VerifierOptions Options => options;

    public IEnumerable<BufferRecord> Buffers => _buffers.Values;

    /// <summary>Common buffers that were freed, the last one first; 256 at most.</summary>
    public IEnumerable<BufferRecord> Freed => _freed;

    public IEnumerable<MappingRecord> Mappings => _mappings.Values;

    /// <summary>Mappings that ended and hold nothing any more, the last one first; 256 at most.</summary>
    public IEnumerable<MappingRecord> Ended => _ended;

    /// <summary>Pieces of pools and heaps, rented or given back.</summary>
    public IEnumerable<PieceRecord> Pieces => _pieces.Values;

    /// <summary>Packets at the device.</summary>
    public IEnumerable<PacketRecord> Packets => _packets.Values;

    public IReadOnlyList<VerifiedMemory> Memories => _memories;

    /// <summary>A rule is broken. Delivered when the lock is left.</summary>
    public void Report(VerifierRule rule, string owner, string message, CallSite? origin = null, CallSite? at = null, bool isKept = false)
    {
        if (options.Ignore.Contains(rule.Id)) return;
        _pending.Add(new VerifierReport(rule, message, owner) { Origin = origin ?? CallSite.None, At = at ?? Here(), IsElsewhere = isKept || rule.IsDevices });
    }

    /// <summary>Where the driver is now, if stacks are on.</summary>
    public CallSite Here() => options.CallStacks ? CallSite.Here() : CallSite.None;

    /// <summary>The live buffer that an address lies in.</summary>
    public BufferRecord? BufferAt(DmaDomain domain, LogicalAddress address)
    {
        foreach (BufferRecord buffer in _buffers.Values)
            if (buffer.Range.Contains(address) && buffer.Buffer.Adapter.Domain == domain) return buffer;
        return null;
    }

    /// <summary>The live mapping that an address lies in.</summary>
    public MappingRecord? MappingAt(DmaDomain domain, LogicalAddress address)
    {
        foreach (MappingRecord mapping in _mappings.Values)
        {
            if (mapping.Adapter.Domain != domain) continue;
            foreach (DmaElement element in mapping.Elements)
                if (new LogicalRange(element.Address, element.Length).Contains(address)) return mapping;
        }

        return null;
    }

    /// <summary>The piece that starts at an address, rented or given back.</summary>
    public PieceRecord? PieceAt(DmaDomain domain, LogicalAddress address) => _pieces.GetValueOrDefault((domain, address.Value));

    /// <summary>What is known of a function.</summary>
    public FunctionRecord Function(PciFunction function)
    {
        if (!_functions.TryGetValue(function, out FunctionRecord? record)) _functions[function] = record = new FunctionRecord();
        return record;
    }

    /// <summary>Finds out what a register's value points at.</summary>
    public DoorbellRecord Doorbell(PciFunction function, int bar, long offset, int size, ulong value)
    {
        var doorbell = new DoorbellRecord(function, bar, offset, size, value);
        if (!doorbell.MayBeAddress) return doorbell;
        BufferRecord? buffer = null;
        MappingRecord? mapping = null;
        bool start = false;
        foreach (BufferRecord candidate in _buffers.Values)
        {
            if (!doorbell.Hits(candidate.Range) || candidate.Buffer.Adapter.Domain != function.Domain) continue;
            buffer = candidate;
            start = doorbell.Into(candidate.Range) == 0 || PieceAt(function.Domain, candidate.Range.Start + (long)doorbell.Into(candidate.Range)) is not null;
            break;
        }

        foreach (MappingRecord candidate in _mappings.Values)
        {
            if (candidate.Adapter.Domain != function.Domain || !Array.Exists(candidate.Elements, e => doorbell.Hits(new LogicalRange(e.Address, e.Length)))) continue;
            mapping = candidate;
            start |= candidate.ElementAt(doorbell) >= 0;
            break;
        }

        return doorbell with { Buffer = buffer, Mapping = mapping, IsStart = start };
    }

    /// <summary>Where the memory of a mapping was mapped, by its identity: of the one that lives, or of the one that ended last.</summary>
    public CallSite OriginOf(object identity, bool ended)
    {
        if (!ended && _mappings.TryGetValue(identity, out MappingRecord? live)) return live.Origin;
        return _ended.FirstOrDefault(m => ReferenceEquals(m.Identity, identity))?.Origin ?? CallSite.None;
    }

    internal List<VerifierReport> TakePending()
    {
        if (_pending.Count == 0) return s_none;
        List<VerifierReport> all = [.. _pending];
        _pending.Clear();
        return all;
    }

    private static readonly List<VerifierReport> s_none = [];

    internal void Add(VerifiedMemory memory) => _memories.Add(memory);

    internal BufferRecord Allocated(CommonBuffer buffer)
    {
        VerifiedMemory? memory = _memories.Find(m => m.Domain == buffer.Adapter.Domain);
        MemoryRun run = default;
        memory?.TryFind(buffer.LogicalAddress, out run);
        var record = new BufferRecord(buffer, Here(), memory, run);
        _buffers[buffer.LogicalAddress.Value] = record;
        return record;
    }

    internal BufferRecord? Freeing(CommonBuffer buffer) =>
        _buffers.TryGetValue(buffer.LogicalAddress.Value, out BufferRecord? record) && record.Buffer == buffer ? record : null;

    internal void Free(BufferRecord record)
    {
        record.FreedAt = Here();
        _buffers.Remove(record.Range.Start.Value);
        if (_freed.Count == FreedKept) _freed.RemoveLast();
        _freed.AddFirst(record);
        foreach ((DmaDomain, ulong) key in _pieces.Where(p => p.Value.Buffer == record).Select(p => p.Key).ToList()) _pieces.Remove(key);
    }

    internal PieceRecord Piece(IPieceOwner owner, LogicalRange range)
    {
        DmaDomain domain = owner.Adapter.Domain;
        (DmaDomain, ulong) key = (domain, range.Start.Value);
        if (_pieces.TryGetValue(key, out PieceRecord? piece) && piece.Owner == owner && piece.Range == range) return piece;
        piece = new PieceRecord(owner, owner.Name, range, BufferAt(domain, range.Start));
        _pieces[key] = piece;
        return piece;
    }

    internal MappingRecord Mapped(DmaAdapter adapter, in DmaMapping mapping)
    {
        var record = new MappingRecord(adapter, Here(), mapping.Elements.ToArray(), mapping.Length, mapping.Direction)
        {
            Mapping = mapping,
            IsCopied = mapping.DirectBytes == 0,
            Identity = mapping.Identity!,
        };
        NoteShared(record);
        _mappings[mapping.Identity!] = record;
        return record;
    }

    /// <summary>To the device twice is fine; so many are not looked through that mapping would take longer than the transfer.</summary>
    private void NoteShared(MappingRecord mapping)
    {
        if (_mappings.Count > MostCompared) return;
        foreach (MappingRecord other in _mappings.Values)
        {
            if ((!mapping.IsFromDevice && !other.IsFromDevice) || !mapping.Mapping.Overlaps(other.Mapping)) continue;
            (mapping.SharedWith, mapping.IsShared, other.IsShared) = (other, true, true);
            return;
        }
    }

    internal MappingRecord? Unmapping(in DmaMapping mapping)
    {
        if (!_mappings.TryGetValue(mapping.Identity!, out MappingRecord? record)) return null;
        record.Mapping = mapping;
        return record;
    }

    internal void Unmap(in DmaMapping mapping) => _mappings.Remove(mapping.Identity!);

    /// <summary>A mapping has ended. What is kept until its device is quiet, or belongs to a command that is still at the device, has not.</summary>
    internal void End(MappingRecord record, long bytes)
    {
        if (bytes < 0 && record.Mapping.WasPosted) return;
        if (_ended.Count == EndedKept) _ended.RemoveLast();
        _ended.AddFirst(record);
    }

    internal void Quiet(DmaAdapter adapter)
    {
        foreach (MappingRecord mapping in _mappings.Values)
        {
            if (mapping.Adapter != adapter) continue;
            (mapping.ToldBy, mapping.IsQuiet) = (null, true);
        }
    }

    internal PacketRecord Posted(IPieceOwner pool, CommandTag tag, LogicalAddress packet)
    {
        PieceRecord piece = PieceAt(pool.Adapter.Domain, packet) ?? Piece(pool, new LogicalRange(packet, 1));
        var record = new PacketRecord(piece, tag, Here());
        _packets[(pool, tag.Wire)] = record;
        return record;
    }

    internal PacketRecord? Completed(object pool, CommandTag tag)
    {
        _packets.Remove((pool, tag.Wire), out PacketRecord? record);
        return record;
    }
}
