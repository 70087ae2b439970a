using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Drivers.Tests;

/// <summary>An adapter that goes silent: what it writes into memory and what it answers is held back, until it is told to speak or reset.</summary>
internal sealed class SecretiveAdapter(DeviceModel inner) : DeviceInterposer(inner)
{
    private readonly List<(LogicalAddress Address, byte[] Bytes)> _held = [];

    public bool Silent { get; set; }

    public int Held => _held.Count;

    /// <summary>How many held writes were let go.</summary>
    public int Written { get; private set; }

    /// <summary>Writes what was held back, and answers.</summary>
    public void Speak() => Port.Defer(() =>
    {
        Silent = false;
        foreach ((LogicalAddress address, byte[] bytes) in _held)
        {
            base.OnDmaWrite(address, bytes);
            Written++;
        }

        _held.Clear();
        base.OnInterrupt(0, true);
    });

    protected override ulong OnRead(int bar, long offset, int size) => Silent && offset == 0x44 ? uint.MaxValue : base.OnRead(bar, offset, size);

    protected override void OnInterrupt(int vector, bool asserted)
    {
        if (!Silent) base.OnInterrupt(vector, asserted);
    }

    protected override bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        if (!Silent) return base.OnDmaWrite(address, source);
        _held.Add((address, source.ToArray()));
        return true;
    }

    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        if (offset == 0 && value >> 24 == 0x40)
        {
            // A reset: what was on its way is dropped, and the adapter speaks again.
            _held.Clear();
            Silent = false;
        }

        base.OnWrite(bar, offset, size, value);
    }
}
