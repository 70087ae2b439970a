using DmaKit.Platforms;

namespace DmaKit.Testing;

/// <summary>
/// The device's side of a conformance check: a function that copies memory when told to, and raises its interrupt when told to.
/// Any device with a DMA engine can play it; <see cref="EduHand"/> is the usual one.
/// </summary>
public abstract class DeviceHand : IAsyncDisposable
{
    /// <summary>The function that plays it.</summary>
    public abstract PciFunction Function { get; }

    /// <summary>What the device can do; the suite makes its adapters with it.</summary>
    public abstract DmaConstraints Constraints { get; }

    /// <summary>A window of the device's registers, for checks of register access.</summary>
    public abstract RegisterWindow Registers { get; }

    /// <summary>The most bytes that one copy moves.</summary>
    public abstract int MaximumCopy { get; }

    /// <summary>The device reads from one address and writes to another. Completes when the device says that it is done, refused transfers included.</summary>
    /// <param name="from">Where it reads.</param>
    /// <param name="to">Where it writes.</param>
    /// <param name="length">How many bytes, 1 to <see cref="MaximumCopy"/>.</param>
    public abstract ValueTask CopyAsync(LogicalAddress from, LogicalAddress to, int length);

    /// <summary>Makes the device raise its interrupt.</summary>
    public abstract void RaiseInterrupt();

    /// <summary>Takes an interrupt of the device back.</summary>
    /// <returns>Whether it had raised one.</returns>
    public abstract bool AcknowledgeInterrupt();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
