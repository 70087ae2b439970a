using DmaKit.Benchmarks.Native;
using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>
/// A request to the device is mapped and completed, beside the bare copy of its bytes. Fragments of one length lie apart in system buffers. Hot: one
/// request over and over; cold: requests all over 64 MiB, so that neither bytes nor page tables are in a cache.
/// </summary>
internal sealed class MapCost : Row
{
    private const int ColdBytes = 64 << 20;

    private readonly EmulatedPlatform _machine = new(new() { MemoryBytes = 512L << 20, LowMemoryBytes = 256 << 20, Stepped = true, MapRegisters = 2048, SystemBuffersAbove4G = true });
    private readonly PciFunction _function;
    private readonly DmaAdapter _dma;
    private readonly SystemBuffer _memory;
    private readonly BlockPool? _pool;
    private readonly MappingOptions _options;
    private readonly List<BufferChain> _chains = [];
    private readonly List<(nint Start, nint Length)[]> _lists = [];
    private readonly MapWay _way;
    private readonly int _length;
    private readonly int _count;
    private readonly bool _cold;

    public MapCost(MapWay way, int length, int count, bool cold)
    {
        (_way, _length, _count, _cold) = (way, length, count, cold);
        string address = _machine.Add(new EduDevice());
        _function = _machine.Run(async () => await _machine.OpenAsync(address));
        int stride = count == 1 ? length : length + 64;
        long request = (long)stride * count;
        int requests = cold ? (int)Math.Max(1, ColdBytes / request) : 1;
        _memory = _machine.AllocateSystemBuffer(request * requests);

        // Bouncing is what a device needs that reaches less than where the buffers lie: above 4 GiB.
        var limits = new DmaConstraints { AddressBits = way == MapWay.Bounce ? 32 : 64, MaxElements = way == MapWay.Coalesce ? 1 : int.MaxValue };
        _dma = _function.CreateAdapter(limits);
        if (way == MapWay.Coalesce)
        {
            _pool = BlockPool.Create(_dma, new BlockPoolOptions { BlockLength = length * count, Count = 16 });
            _options = new MappingOptions { Coalescer = new Coalescer(_pool, new CoalescerOptions { Policy = count == 1 ? CoalescingPolicy.Whole : CoalescingPolicy.WhenRequired }) };
        }

        for (int i = 0; i < requests; i++)
        {
            BufferChain chain = BufferChain.Rent();
            for (int k = 0; k < count; k++) chain.Add(_memory, i * request + (long)k * stride, length);
            _chains.Add(chain);
            _lists.Add([.. Enumerable.Range(0, count).Select(k => (_memory.HostAddress + (nint)(i * request + (long)k * stride), (nint)length))]);
        }
    }

    public override string Id => $"map-{_way.ToString().ToLowerInvariant()}-{_count}x{_length}-{(_cold ? "cold" : "hot")}";

    public override string Title => $"map and complete, {_way.ToString().ToLowerInvariant()}, {_count} x {_length} bytes, {(_cold ? "cold" : "hot")}";

    public override string Peer => "bare copy of the bytes";

    public override double Must => _way != MapWay.Direct && (long)_length * _count >= 64 << 10 ? 1.2 : 0;

    public override double Allowance => _way == MapWay.Direct || Must != 0 ? 0 : 60 + (10 * _count);

    public override string Note => _way == MapWay.Direct ? "ours copies nothing" : "";

    public override Measurement Measure(Sampler sampler)
    {
        using var bare = new BareCopy((long)_length * _count);
        int ours = 0, theirs = 0;
        return sampler.Compare(
            n =>
            {
                for (int i = 0; i < n; i++)
                {
                    if (++ours >= _chains.Count) ours = 0;
                    if (!_dma.TryMap(_chains[ours], DmaDirection.ToDevice, _options, out DmaMapping mapping)) throw new InvalidOperationException("There are too few registers or blocks for the row.");
                    mapping.Complete(0);
                }

                return n;
            },
            n =>
            {
                for (int i = 0; i < n; i++)
                {
                    if (++theirs >= _lists.Count) theirs = 0;
                    bare.Gather(_lists[theirs]);
                }

                return n;
            });
    }

    public override void Dispose() => _machine.Run(async () =>
    {
        foreach (BufferChain chain in _chains) chain.Dispose();
        _pool?.Dispose();
        _memory.Dispose();
        await _machine.DisposeAsync();
    });
}
