using DmaKit.Benchmarks.Native;
using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>
/// 64 KiB in fragments of many lengths, for a device that takes one element: planned, copied into a block and completed, beside memcpy of the same
/// fragments.
/// </summary>
internal sealed class Gather : Row
{
    private const int Total = 64 << 10;

    private readonly EmulatedPlatform _machine = new(new() { MemoryBytes = 64 << 20, Stepped = true });
    private readonly DmaAdapter _adapter;
    private readonly BlockPool _pool;
    private readonly SystemBuffer _buffer;
    private readonly BufferChain _chain = BufferChain.Rent();
    private readonly MappingOptions _options;
    private readonly GatherPeer _peer;
    private readonly int _least;
    private readonly int _most;

    /// <param name="least">The shortest fragment in bytes.</param>
    /// <param name="most">The longest.</param>
    public Gather(int least, int most)
    {
        (_least, _most) = (least, most);
        string address = _machine.Add(new EduDevice());
        PciFunction function = _machine.Run(async () => await _machine.OpenAsync(address));
        _adapter = function.CreateAdapter(new DmaConstraints { MaxElements = 1 });
        _pool = BlockPool.Create(_adapter, new BlockPoolOptions { BlockLength = Total, Count = 64 });
        _options = new MappingOptions { Coalescer = new Coalescer(_pool) };

        // A line apart, so that no two fragments are one run.
        var random = new Random(1);
        var pieces = new List<(nint Start, int Length)>();
        _buffer = _machine.AllocateSystemBuffer(Total * 8L);
        long at = 0;
        for (int left = Total; left > 0;)
        {
            int length = Math.Min(left, random.Next(least, most + 1));
            _chain.Add(_buffer, at, length);
            pieces.Add((_buffer.HostAddress + (nint)at, length));
            at += (length + 127) & ~63;
            left -= length;
        }

        // The block that ours takes next: it was returned last.
        if (!_pool.TryRent(out Block block)) throw new InvalidOperationException("The pool is empty.");
        _peer = new GatherPeer([.. pieces], block.Span);
        _pool.Return([block]);
        Fragments = pieces.Count;
    }

    public int Fragments { get; }

    private bool IsSmall => _most < 1024;

    public override string Id => IsSmall ? "gather-small" : "gather-large";

    public override string Title => $"coalesce, fragments of {_least} to {_most} bytes, 64 KiB in all, mapped and completed";

    public override string Peer => "memcpy";

    public override double Must => IsSmall ? 1.6 : 1.2;

    public override double Aim => IsSmall ? 1.25 : 1.05;

    public override string Note => $"{Fragments} fragments; ours also looks each of them up, decides what to copy, and takes and returns the block";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(Map, _peer.Play);

    public override void Dispose()
    {
        _peer.Dispose();
        _machine.Run(async () =>
        {
            _chain.Dispose();
            _pool.Dispose();
            _buffer.Dispose();
            await _machine.DisposeAsync();
        });
    }

    private long Map(int n)
    {
        for (int i = 0; i < n; i++)
        {
            if (!_adapter.TryMap(_chain, DmaDirection.ToDevice, _options, out DmaMapping mapping)) throw new InvalidOperationException("There is no block for the chain.");
            mapping.Complete(0);
        }

        return n;
    }
}
