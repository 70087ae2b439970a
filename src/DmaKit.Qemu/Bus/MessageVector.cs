using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>
/// A message-signalled interrupt: the device's message is a store into memory, and this is the word it stores to. Whatever is stored while it is
/// masked stays there; several messages become one.
/// </summary>
internal sealed class MessageVector(PciFunction function, int index, InterruptKind kind, InterruptPump pump, nint word) : InterruptVector(function, index, kind)
{
    /// <summary>What the device stores: anything but zero.</summary>
    internal const ushort Data = 1;

    private int _masked = 1;

    internal bool IsMasked => _masked != 0;

    /// <summary>Whether a message came that was not delivered.</summary>
    internal bool IsRaised => HostMemory.Ref<int>(word) != 0;

    /// <summary>Delivers what came since the last time.</summary>
    /// <returns>Whether anything had come.</returns>
    internal bool DeliverPending()
    {
        // Taken back before the handler looks at the device: what the device does after that makes a new message.
        if (IsMasked || !IsRaised || Interlocked.Exchange(ref HostMemory.Ref<int>(word), 0) == 0) return false;
        Deliver();
        return true;
    }

    protected override void SetMasked(bool masked)
    {
        Interlocked.Exchange(ref _masked, masked ? 1 : 0);
        if (!masked) pump.Wake();
    }
}
