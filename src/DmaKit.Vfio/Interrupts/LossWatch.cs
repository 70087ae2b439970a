using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>The kernel's word that a function is lost: it wants it back, or the device reported an error that it does not get over by itself.</summary>
internal sealed class LossWatch(VfioFunction function, Descriptor counter, string why) : IEventSource
{
    public void OnEvent()
    {
        EventPoll.Take(counter);
        function.Lose(why);
    }

    public void DeliverPending()
    {
    }
}
