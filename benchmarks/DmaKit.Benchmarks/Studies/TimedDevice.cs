using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Benchmarks;

/// <summary>Tells the clock when the device's own code runs, in whoever's time that is: in register accesses and in turns of its own.</summary>
internal sealed class TimedDevice(DeviceModel inner, DiskClock clock) : DeviceInterposer(inner)
{
    private readonly Dictionary<Action, Action> _turns = [];

    /// <summary>Whether it tells.</summary>
    public bool IsOn { get; set; }

    /// <inheritdoc/>
    protected override ulong OnRead(int bar, long offset, int size)
    {
        if (!IsOn) return base.OnRead(bar, offset, size);
        clock.EnterDevice();
        ulong value = base.OnRead(bar, offset, size);
        clock.LeaveDevice();
        return value;
    }

    /// <inheritdoc/>
    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        if (!IsOn)
        {
            base.OnWrite(bar, offset, size, value);
            return;
        }

        clock.EnterDevice();
        base.OnWrite(bar, offset, size, value);
        clock.LeaveDevice();
    }

    /// <inheritdoc/>
    protected override void OnDefer(Action work)
    {
        if (!_turns.TryGetValue(work, out Action? turn)) _turns.Add(work, turn = () => Take(work));
        base.OnDefer(turn);
    }

    private void Take(Action work)
    {
        if (!IsOn)
        {
            work();
            return;
        }

        clock.EnterDevice();
        work();
        clock.LeaveDevice();
    }
}
