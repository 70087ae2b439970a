namespace DmaKit.Vfio;

/// <summary>Something that the kernel tells by an event counter.</summary>
internal interface IEventSource
{
    /// <summary>The counter was raised since the last time. Called on the interrupts' thread.</summary>
    void OnEvent();

    /// <summary>Delivers what may be delivered by now. Called on the interrupts' thread, after every event and every wake.</summary>
    void DeliverPending();
}
