namespace DmaKit.Devices.Tests;

/// <summary>The world of one model: flat memory at an address, recorded interrupts, and turns that the test gives by hand.</summary>
internal sealed class TestPort(int memoryBytes = 1 << 20, ulong memoryStart = 0) : DevicePort
{
    private readonly Queue<Action> _deferred = new();
    private readonly List<(TimeSpan Due, long Order, Action Work)> _scheduled = [];
    private readonly ManualClock _clock = new();
    private long _order;

    public byte[] Memory { get; } = new byte[memoryBytes];

    public ulong MemoryStart { get; } = memoryStart;

    /// <summary>Ranges that the platform refuses, as an IOMMU would.</summary>
    public List<LogicalRange> Refused { get; } = [];

    public bool Line { get; private set; }

    /// <summary>How often the device called with true: the messages that it would have sent.</summary>
    public int Messages { get; private set; }

    public int RisingEdges { get; private set; }

    public int Waiting => _deferred.Count + _scheduled.Count;

    public long Refusals { get; private set; }

    public long MemoryCalls { get; private set; }

    public override TimeProvider Clock => _clock;

    public override bool TryRead(LogicalAddress address, Span<byte> destination)
    {
        if (!Reach(address, destination.Length, out int offset)) return false;
        Memory.AsSpan(offset, destination.Length).CopyTo(destination);
        return true;
    }

    public override bool TryWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        if (!Reach(address, source.Length, out int offset)) return false;
        source.CopyTo(Memory.AsSpan(offset));
        return true;
    }

    public override void SignalInterrupt(int vector, bool asserted)
    {
        Assert.Equal(0, vector);
        if (asserted) Messages++;
        if (asserted && !Line) RisingEdges++;
        Line = asserted;
    }

    public override void Defer(Action work) => _deferred.Enqueue(work);

    public override void Schedule(TimeSpan delay, Action work)
    {
        Assert.True(delay >= TimeSpan.Zero);
        _scheduled.Add((_clock.Now + delay, _order++, work));
    }

    public override void CancelWork()
    {
        _deferred.Clear();
        _scheduled.Clear();
    }

    public Span<byte> At(ulong address, int length) => Memory.AsSpan(checked((int)(address - MemoryStart)), length);

    /// <summary>Gives one deferred turn.</summary>
    public bool Turn()
    {
        if (!_deferred.TryDequeue(out Action? work)) return false;
        work();
        return true;
    }

    /// <summary>Gives deferred turns until there are none.</summary>
    public int RunTurns(int limit = 100_000)
    {
        int turns = 0;
        while (Turn()) Assert.True(++turns <= limit, $"The device still wants turns after {limit}.");
        return turns;
    }

    /// <summary>Moves the clock on, giving every turn that becomes due, in order.</summary>
    public void Advance(TimeSpan time)
    {
        TimeSpan end = _clock.Now + time;
        RunTurns();
        while (_scheduled.Count > 0)
        {
            (TimeSpan Due, long Order, Action Work) next = _scheduled.MinBy(entry => (entry.Due, entry.Order));
            if (next.Due > end) break;
            _scheduled.Remove(next);
            _clock.MoveTo(next.Due);
            next.Work();
            RunTurns();
        }

        _clock.MoveTo(end);
    }

    private bool Reach(LogicalAddress address, int length, out int offset)
    {
        MemoryCalls++;
        if (length > 0 && (ulong)(length - 1) > ulong.MaxValue - address.Value)
            Assert.Fail($"The device asked for {length} bytes at {address}: over the end of the address space.");
        offset = 0;
        if (length == 0) return true;
        bool inside = address.Value >= MemoryStart && address.Value - MemoryStart <= (ulong)Memory.Length
            && (ulong)length <= (ulong)Memory.Length - (address.Value - MemoryStart);
        if (inside)
        {
            var range = new LogicalRange(address, length);
            foreach (LogicalRange refused in Refused) inside &= !range.Overlaps(refused);
        }

        if (!inside)
        {
            Refusals++;
            return false;
        }

        offset = (int)(address.Value - MemoryStart);
        return true;
    }
}
