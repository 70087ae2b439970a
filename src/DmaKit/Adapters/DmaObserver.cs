using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// Is told of every change of ownership in the core. Nothing else hooks into it: verifiers, live views and recorders are observers.
/// </summary>
/// <remarks>
/// Members are called on the thread that makes the change, some of them in callback context, outside every lock of the library;
/// they must be quick, must not throw and must not call back into what they are told about.
/// </remarks>
public abstract class DmaObserver
{
    /// <summary>A common buffer was allocated.</summary>
    public virtual void OnAllocated(CommonBuffer buffer)
    {
    }

    /// <summary>A common buffer was disposed; <paramref name="quarantined"/> when its memory is not yet known to be quiet.</summary>
    public virtual void OnFreed(CommonBuffer buffer, bool quarantined)
    {
    }

    /// <summary>A piece was taken from a pool or heap.</summary>
    /// <param name="owner">The pool or heap.</param>
    /// <param name="piece">Where it is to the device.</param>
    public virtual void OnRented(object owner, LogicalRange piece)
    {
    }

    /// <summary>A piece was given back to a pool or heap.</summary>
    /// <param name="owner">The pool or heap.</param>
    /// <param name="piece">Where it is to the device.</param>
    public virtual void OnReturned(object owner, LogicalRange piece)
    {
    }

    /// <summary>A request's data was made reachable.</summary>
    public virtual void OnMapped(DmaAdapter adapter, in DmaMapping mapping)
    {
    }

    /// <summary>A mapping was completed or abandoned.</summary>
    /// <param name="adapter">Whose mapping it was.</param>
    /// <param name="mapping">The mapping, about to end.</param>
    /// <param name="bytes">How many bytes the device transferred; -1 when it was abandoned.</param>
    public virtual void OnUnmapped(DmaAdapter adapter, in DmaMapping mapping, long bytes)
    {
    }

    /// <summary>A command packet was handed to the device.</summary>
    public virtual void OnPosted(object pool, CommandTag tag, LogicalAddress packet)
    {
    }

    /// <summary>A command ended.</summary>
    public virtual void OnCompleted(object pool, CommandTag tag, CommandStatus status)
    {
    }

    /// <summary>A register is about to be written.</summary>
    public virtual void OnDoorbell(PciFunction function, int bar, long offset, int size, ulong value)
    {
    }

    /// <summary>The device of an adapter is known to touch none of its memory any more, until it is told something again.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="proof">How that is known.</param>
    public virtual void OnQuiet(DmaAdapter adapter, QuietProof proof)
    {
    }

    /// <summary>An adapter is about to end: what it still has was forgotten.</summary>
    public virtual void OnClosing(DmaAdapter adapter)
    {
    }

    /// <summary>A handler is about to run.</summary>
    public virtual void OnInterrupt(InterruptVector vector)
    {
    }
}
