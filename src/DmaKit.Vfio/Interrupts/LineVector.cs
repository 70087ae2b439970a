using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>
/// A function's interrupt line. The kernel masks it when it is raised and tells this process; after the handler it is let through again, and told
/// again as long as the device holds it.
/// </summary>
internal sealed class LineVector(VfioFunction function, DeviceFile device, Descriptor line, MisuseLog misuse) : InterruptVector(function, 0, InterruptKind.Line), IEventSource
{
    private const int NobodyCares = 1000;

    private int _masked = 1;
    private int _raised;
    private int _unhandled;
    private bool _rearm;

    public void OnEvent()
    {
        if (device.TakeLine(line)) Interlocked.Exchange(ref _raised, 1);
        else function.Lose("it was taken away from the kernel's driver that gave it to this program");
    }

    public void DeliverPending()
    {
        // One that comes while it is masked is told again when it is let through.
        if (Interlocked.Exchange(ref _raised, 0) == 0 || _masked != 0) return;
        _rearm = false;
        bool handled = Deliver();
        _unhandled = handled ? 0 : _unhandled + 1;
        if (_unhandled >= NobodyCares)
        {
            _unhandled = 0;
            Interlocked.Exchange(ref _masked, 1);
            misuse.Report(new MisuseReport(
                "interrupt-nobody-cared",
                $"the line was delivered {NobodyCares:N0} times in a row and the handler took it as none of its own; it is masked until a handler is installed on it again.",
                Function.Info.Address));
            return;
        }

        if (_rearm && _masked == 0) device.MaskLine(false);
    }

    protected override void SetMasked(bool masked)
    {
        Interlocked.Exchange(ref _masked, masked ? 1 : 0);
        device.MaskLine(masked);
    }

    protected override void Rearm() => _rearm = true;
}
