using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Drivers.Tests;

/// <summary>An adapter that can be made to sit on commands, to be deaf to aborts or target resets, or to be dead altogether. Needs a command delay.</summary>
internal sealed class StubbornAdapter(DeviceModel inner) : DeviceInterposer(inner)
{
    private const int TaskManagementRest = 40, TaskContextAt = 0x30 - 12, HeaderLength = 12;

    private readonly List<Action> _kept = [];
    private bool _sits;

    /// <summary>Commands that it accepts it does not begin until this is over.</summary>
    public bool SitsOnCommands
    {
        get => _sits;
        set
        {
            _sits = value;
            if (value) return;
            foreach (Action work in _kept) Port.Defer(work);
            _kept.Clear();
        }
    }

    /// <summary>Aborts name a command that does not exist.</summary>
    public bool DeafToAborts { get; set; }

    /// <summary>Target resets are taken for a question.</summary>
    public bool DeafToTargetResets { get; set; }

    /// <summary>Nothing is heard but resets.</summary>
    public bool Dead { get; set; }

    /// <summary>Not even resets are heard.</summary>
    public bool DeadToResets { get; set; }

    public int Aborts { get; private set; }

    public int TargetResets { get; private set; }

    public int AdapterResets { get; private set; }

    protected override void OnSchedule(TimeSpan delay, Action work)
    {
        if (_sits) _kept.Add(work);
        else base.OnSchedule(delay, work);
    }

    protected override void OnCancelWork()
    {
        _kept.Clear();
        base.OnCancelWork();
    }

    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        if (offset == 0 && value >> 24 == 0x40)
        {
            if (DeadToResets) return;
            AdapterResets++;
        }

        if (DeadToResets && offset == 0x08) return;
        if (Dead && offset == 0x40) return;
        base.OnWrite(bar, offset, size, value);
    }

    protected override bool OnDmaRead(LogicalAddress address, Span<byte> destination)
    {
        bool done = base.OnDmaRead(address, destination);
        const int function = 3, taskManagement = 1, taskType = 5, abort = 1, targetReset = 3, query = 7;
        if (destination.Length == HeaderLength && destination[function] == taskManagement)
        {
            if (destination[taskType] == abort) Aborts++;
            if (destination[taskType] == targetReset) TargetResets++;
            if (destination[taskType] == targetReset && DeafToTargetResets) destination[taskType] = query;
        }

        if (destination.Length == TaskManagementRest && DeafToAborts) destination.Slice(TaskContextAt, 4).Clear();
        return done;
    }
}
