using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Drivers.Tests;

/// <summary>A device whose registers answer, and hear, what a test says.</summary>
internal sealed class OddRegisters(DeviceModel inner) : DeviceInterposer(inner)
{
    /// <summary>What the program reads: told offset and true value.</summary>
    public Func<long, ulong, ulong>? Answers { get; set; }

    /// <summary>Which writes are not heard: told offset and value.</summary>
    public Func<long, ulong, bool>? Drops { get; set; }

    /// <summary>Register reads since the last write.</summary>
    public int Reads { get; private set; }

    protected override ulong OnRead(int bar, long offset, int size)
    {
        // What never ends is a finding, and must not be a test that never ends.
        if (++Reads > 1_000_000) throw new InvalidOperationException("The driver asks its device without end.");
        ulong value = base.OnRead(bar, offset, size);
        return Answers?.Invoke(offset, value) ?? value;
    }

    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        Reads = 0;
        if (Drops?.Invoke(offset, value) != true) base.OnWrite(bar, offset, size, value);
    }
}
