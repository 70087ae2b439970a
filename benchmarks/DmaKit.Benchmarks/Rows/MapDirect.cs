using DmaKit.Benchmarks.Native;
using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>64 KiB of a system buffer that the device reaches are mapped and completed; the peer looks up the same pages and makes the same elements.</summary>
internal sealed class MapDirect : Row
{
    private const int Length = 64 << 10;

    private readonly EmulatedPlatform _machine = new(new() { MemoryBytes = 64 << 20, Stepped = true });
    private readonly DmaAdapter _adapter;
    private readonly SystemBuffer _buffer;
    private readonly PageLookup _peer;

    public MapDirect()
    {
        string address = _machine.Add(new EduDevice());
        PciFunction function = _machine.Run(async () => await _machine.OpenAsync(address));
        _adapter = function.CreateAdapter(DmaConstraints.None);
        _buffer = _machine.AllocateSystemBuffer(Length);
        Memory<byte> data = _buffer.Memory();
        if (!_adapter.TryMap(data, DmaDirection.ToDevice, out DmaMapping mapping)) throw new InvalidOperationException("The buffer cannot be mapped.");
        var pages = new List<ulong>();
        foreach (DmaElement element in mapping.Elements)
            for (long at = 0; at < element.Length; at += 4096) pages.Add(element.Address.Value + (ulong)at);
        Elements = mapping.Elements.Length;
        mapping.Complete(Length);
        _peer = new PageLookup([.. pages]);
    }

    public int Elements { get; }

    public override string Id => "map-direct";

    public override string Title => "map and complete of a reachable 64 KiB system buffer";

    public override string Peer => "page-by-page address look-up in C";

    public override double Must => 3.0;

    public override double Aim => 1.5;

    public override string Note => $"{Elements} elements on both sides; ours also checks, counts and hands out a mapping that is completed once";

    public override Measurement Measure(Sampler sampler)
    {
        Memory<byte> data = _buffer.Memory();
        return sampler.Compare(n => Map(_adapter, data, n), _peer.Play);
    }

    public override void Dispose()
    {
        _peer.Dispose();
        _machine.Run(async () => await _machine.DisposeAsync());
    }

    private static long Map(DmaAdapter adapter, Memory<byte> data, int n)
    {
        for (int i = 0; i < n; i++)
        {
            if (!adapter.TryMap(data, DmaDirection.ToDevice, out DmaMapping mapping)) throw new InvalidOperationException("The buffer cannot be mapped.");
            mapping.Complete(Length);
        }

        return n;
    }
}
