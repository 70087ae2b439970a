using DmaKit.Devices;
using DmaKit.Emulation;

namespace DmaKit.Cli;

/// <summary>The planted bug <c>lost-irq</c>: an interrupt path that now and then forgets what is pending. Stands where the machine's own path does, behind the device and its faults.</summary>
internal sealed class ForgetfulPath(DeviceModel inner, int seed) : DeviceInterposer(inner)
{
    private readonly Random _random = new(seed);

    protected override void OnInterrupt(int vector, bool asserted)
    {
        if (asserted && _random.Next(8) == 0) return;
        base.OnInterrupt(vector, asserted);
    }
}
