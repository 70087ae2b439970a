using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Benchmarks;

/// <summary>Tells the clock when the device's own code runs, in register accesses and in turns of its own, with what it asks of the machine.</summary>
internal sealed class TimedDevice(DeviceModel inner, DiskClock clock) : DeviceInterposer(inner)
{
    private readonly Dictionary<Action, Action> _turns = [];
    private Action? _work;
    private Action? _turn;

    /// <inheritdoc/>
    protected override ulong OnRead(int bar, long offset, int size)
    {
        clock.Pass(DiskPart.Device);
        ulong value = base.OnRead(bar, offset, size);
        clock.Pass(DiskPart.Machine);
        return value;
    }

    /// <inheritdoc/>
    protected override void OnWrite(int bar, long offset, int size, ulong value)
    {
        clock.Pass(DiskPart.Device);
        base.OnWrite(bar, offset, size, value);
        clock.Pass(DiskPart.Machine);
    }

    /// <inheritdoc/>
    protected override void OnDefer(Action work)
    {
        if (_work != work)
        {
            if (!_turns.TryGetValue(work, out Action? turn)) _turns.Add(work, turn = () => Take(work));
            (_work, _turn) = (work, turn);
        }

        base.OnDefer(_turn!);
    }

    private void Take(Action work)
    {
        clock.Pass(DiskPart.Device);
        work();
        clock.Pass(DiskPart.Machine);
    }
}
