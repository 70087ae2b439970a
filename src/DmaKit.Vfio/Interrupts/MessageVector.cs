using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>A message-signalled interrupt: an event counter that the kernel raises. What comes while it is masked stays; several become one.</summary>
internal sealed class MessageVector(PciFunction function, int index, InterruptKind kind, InterruptLoop loop, Descriptor counter) : InterruptVector(function, index, kind), IEventSource
{
    private int _masked = 1;
    private int _raised;

    public void OnEvent()
    {
        EventPoll.Take(counter);
        Interlocked.Exchange(ref _raised, 1);
    }

    public void DeliverPending()
    {
        // Taken back before the handler looks at the device: what the device does after that raises it again.
        if (_masked == 0 && Interlocked.Exchange(ref _raised, 0) != 0) Deliver();
    }

    protected override void SetMasked(bool masked)
    {
        Interlocked.Exchange(ref _masked, masked ? 1 : 0);
        if (!masked) loop.Wake();
    }
}
