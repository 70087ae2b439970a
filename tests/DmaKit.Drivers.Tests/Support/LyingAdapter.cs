using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Drivers.Tests;

/// <summary>An adapter that slips replies of its own between the true ones.</summary>
internal sealed class LyingAdapter(DeviceModel inner) : DeviceInterposer(inner)
{
    private readonly Queue<uint> _lies = new();

    /// <summary>The last true reply that was read.</summary>
    public uint LastReply { get; private set; }

    /// <summary>Changes what the adapter writes into memory.</summary>
    public Action<LogicalAddress, byte[]>? Forge { get; set; }

    /// <summary>Interrupts, and gives these replies before any true one.</summary>
    public void Lie(params uint[] replies) => Port.Defer(() =>
    {
        foreach (uint reply in replies) _lies.Enqueue(reply);
        OnInterrupt(0, true);
    });

    protected override ulong OnRead(int bar, long offset, int size)
    {
        if (offset != 0x44) return base.OnRead(bar, offset, size);
        if (_lies.TryDequeue(out uint lie)) return lie;
        ulong reply = base.OnRead(bar, offset, size);
        if (reply != uint.MaxValue) LastReply = (uint)reply;
        return reply;
    }

    protected override bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        if (Forge is null) return base.OnDmaWrite(address, source);
        byte[] bytes = source.ToArray();
        Forge(address, bytes);
        return base.OnDmaWrite(address, bytes);
    }
}
