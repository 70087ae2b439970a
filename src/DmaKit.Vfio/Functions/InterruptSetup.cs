using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>The interrupts of an open function: MSI-X where it has them, else MSI, else its line; and the kernel's own two.</summary>
internal sealed class InterruptSetup
{
    // More than any driver here asks for; each costs the machine a vector.
    private const int MostMessages = 64;

    private readonly DeviceFile _device;
    private readonly InterruptLoop _loop;
    private readonly List<(int Kind, Descriptor Counter, long Tag)> _attached = [];

    internal InterruptSetup(VfioFunction function, DeviceFile device, InterruptLoop loop, bool allowMessages, MisuseLog misuse)
    {
        _device = device;
        _loop = loop;
        Vectors = (allowMessages ? TryMessages(function, DeviceFile.MessageX, InterruptKind.MessageX) ?? TryMessages(function, DeviceFile.Message, InterruptKind.Message) : null)
            ?? TryLine(function, misuse) ?? [];
    }

    internal IReadOnlyList<InterruptVector> Vectors { get; }

    /// <summary>Listens to the kernel's own two.</summary>
    internal void WatchLosses(VfioFunction function)
    {
        Watch(function, DeviceFile.Errors, "the device reported an error that it does not get over without a reset");
        Watch(function, DeviceFile.Request, "the kernel wants it back: it is being removed, or unbound from vfio-pci");
    }

    /// <summary>Listens to none of them any more.</summary>
    internal void Detach()
    {
        lock (_attached)
        {
            foreach ((_, Descriptor counter, long tag) in _attached) _loop.Detach(counter, tag);
        }
    }

    /// <summary>Switches them off; after <see cref="Detach"/>, once nothing is delivered any more.</summary>
    internal void SwitchOff()
    {
        lock (_attached)
        {
            foreach (int kind in _attached.Select(a => a.Kind).Distinct()) _device.ClearEvents(kind);
            foreach ((_, Descriptor counter, _) in _attached) counter.Dispose();
            _attached.Clear();
        }
    }

    private InterruptVector[]? TryMessages(VfioFunction function, int kind, InterruptKind means)
    {
        int count = Math.Min(_device.CountInterrupts(kind), MostMessages);
        while (count > 0)
        {
            Descriptor[] counters = [.. Enumerable.Range(0, count).Select(_ => Kernel.NewEvent())];
            int result = _device.SetEvents(kind, counters);
            if (result == 0)
            {
                var vectors = new InterruptVector[count];
                for (int i = 0; i < count; i++)
                {
                    var vector = new MessageVector(function, i, means, _loop, counters[i]);
                    vectors[i] = vector;
                    _attached.Add((kind, counters[i], _loop.Attach(counters[i], vector)));
                }

                return vectors;
            }

            foreach (Descriptor counter in counters) counter.Dispose();

            // A positive answer is how many the machine has left; others mean that it has none for us.
            count = Math.Min(count - 1, result);
        }

        return null;
    }

    private InterruptVector[]? TryLine(VfioFunction function, MisuseLog misuse)
    {
        if (_device.CountInterrupts(DeviceFile.Line) == 0) return null;
        if (_device.OpenLine() is not { } line) return null;
        _device.MaskLine(true);
        var vector = new LineVector(function, _device, line, misuse);
        _attached.Add((DeviceFile.Line, line, _loop.Attach(line, vector)));
        return [vector];
    }

    private void Watch(VfioFunction function, int kind, string why)
    {
        if (_device.CountInterrupts(kind) == 0) return;
        Descriptor counter = Kernel.NewEvent();
        if (_device.SetEvents(kind, [counter]) == 0) _attached.Add((kind, counter, _loop.Attach(counter, new LossWatch(function, counter, why))));
        else counter.Dispose();
    }
}
