using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>
/// A device whose writes to memory are held back until they are released: it writes after its program has given up waiting.
/// What it reports meanwhile, by register or interrupt, is not held back.
/// </summary>
/// <remarks>A reset of the device drops what is held back, as a real one does: it is the proof of quiet that drivers rely on.</remarks>
/// <param name="inner">The device.</param>
/// <param name="holds">Which writes are held back: told address and length; null for all.</param>
public sealed class LateWriter(DeviceModel inner, Func<LogicalAddress, int, bool>? holds = null) : DeviceInterposer(inner)
{
    private readonly Lock _gate = new();
    private readonly List<(LogicalAddress Address, byte[] Bytes)> _held = [];
    private long _refused;

    /// <summary>Whether writes are held back now. From any thread.</summary>
    public bool Holding { get; set; } = true;

    /// <summary>How many writes are held back. From any thread.</summary>
    public int Held
    {
        get
        {
            lock (_gate) return _held.Count;
        }
    }

    /// <summary>How many late writes the platform refused. From any thread.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Lets the writes go, in order, in a turn of the device. From any thread; a stepped machine does it when it runs next.</summary>
    public void Release()
    {
        Holding = false;
        Port.Defer(WriteHeld);
    }

    /// <inheritdoc/>
    protected override bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        if (!Holding || (holds is not null && !holds(address, source.Length))) return base.OnDmaWrite(address, source);
        lock (_gate) _held.Add((address, source.ToArray()));
        return true;
    }

    /// <inheritdoc/>
    protected override void OnReset()
    {
        lock (_gate) _held.Clear();
        base.OnReset();
    }

    private void WriteHeld()
    {
        (LogicalAddress Address, byte[] Bytes)[] held;
        lock (_gate)
        {
            held = [.. _held];
            _held.Clear();
        }

        foreach ((LogicalAddress address, byte[] bytes) in held)
            if (!base.OnDmaWrite(address, bytes)) Interlocked.Increment(ref _refused);
    }
}
