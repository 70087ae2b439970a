using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>Sits between a device, with all its faults, and the machine: sees what the device is told and what it really writes.</summary>
internal sealed class OracleTap(DeviceModel inner, ReuseOracle oracle, ToldReader reader) : DeviceInterposer(inner)
{
    /// <summary>So many register accesses without a turn in between are a handler that never ends.</summary>
    private const int MostAtOnce = 100_000;

    private int _accesses;

    /// <summary>The address space of the device.</summary>
    internal LogicalMemory Memory { get; set; } = null!;

    /// <summary>Where it is on the bus.</summary>
    internal string Address { get; set; } = "";

    /// <summary>What it was told.</summary>
    internal ToldLedger Ledger { get; } = new();

    /// <summary>Whether its driver asked it for ever, without letting anybody else have a turn.</summary>
    internal bool IsStuck { get; private set; }

    /// <summary>The device is told a range.</summary>
    internal void Tell(uint command, ulong address, uint length, bool writes) => oracle.NoteTold(this, command, address, length, writes);

    /// <summary>Reads memory as the device could.</summary>
    internal bool TryPeek(ulong address, Span<byte> bytes) => Port.TryRead(new LogicalAddress(address), bytes);

    protected override ulong OnRead(int bar, long offset, int size)
    {
        Count();
        ulong value = base.OnRead(bar, offset, size);
        reader.Read(this, bar, offset, value);
        return value;
    }

    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        Count();
        reader.Write(this, bar, offset, size, value);
        base.OnWrite(bar, offset, size, value);
    }

    protected override bool OnDmaWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        _accesses = 0;
        bool done = base.OnDmaWrite(address, source);
        if (done) oracle.NoteWrite(this, address, source.Length);
        return done;
    }

    protected override void OnReset()
    {
        Ledger.Clear();
        reader.Reset(this);
        base.OnReset();
    }

    protected override void OnDefer(Action work)
    {
        _accesses = 0;
        base.OnDefer(work);
    }

    protected override void OnInterrupt(int vector, bool asserted)
    {
        _accesses = 0;
        base.OnInterrupt(vector, asserted);
    }

    private void Count()
    {
        if (++_accesses < MostAtOnce) return;
        IsStuck = true;
        _accesses = 0;
        throw new InvalidOperationException($"{Address}: {MostAtOnce} register accesses in a row: its driver does not end.");
    }
}
