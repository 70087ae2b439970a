namespace DmaKit.Devices;

/// <summary>
/// Everything a device model sees of the world: DMA by logical address, interrupts, a clock, and turns of its own.
/// It does not know who hosts it.
/// </summary>
/// <remarks>
/// A model is entered by one thread at a time: register accesses, deferred work and timers take turns. The members here are
/// called by the model in its turn.
/// </remarks>
public abstract class DevicePort
{
    /// <summary>The time the device lives by. For reading; use <see cref="Schedule"/> to be called later.</summary>
    public abstract TimeProvider Clock { get; }

    /// <summary>Reads the program's memory.</summary>
    /// <param name="address">Where, as the device sees it.</param>
    /// <param name="destination">Where the bytes go; unchanged from the first byte that could not be read on.</param>
    /// <returns>False when the platform refused: bus mastering off, no translation, no memory there.</returns>
    public abstract bool TryRead(LogicalAddress address, Span<byte> destination);

    /// <summary>Writes the program's memory. Later writes and later interrupts are never seen before earlier writes.</summary>
    /// <param name="address">Where, as the device sees it.</param>
    /// <param name="source">The bytes.</param>
    /// <returns>False when the platform refused; the refused part is dropped.</returns>
    public abstract bool TryWrite(LogicalAddress address, ReadOnlySpan<byte> source);

    /// <summary>
    /// Says what the device's interrupt output is. A line follows it as a level. Where the driver enabled messages, each call with
    /// <paramref name="asserted"/> true sends one message and calls with false do nothing.
    /// </summary>
    /// <param name="vector">Which message; a line has only 0.</param>
    /// <param name="asserted">The level, or true to send.</param>
    public abstract void SignalInterrupt(int vector, bool asserted);

    /// <summary>Asks for a turn as soon as possible, never on the caller's stack: what hardware does after a register write returned.</summary>
    /// <remarks>Alone of all members it may be called from any thread: whatever reaches a device from outside comes in by it.</remarks>
    /// <param name="work">What to do in that turn. Passing the same delegate again allocates nothing.</param>
    public abstract void Defer(Action work);

    /// <summary>Asks for a turn later.</summary>
    /// <param name="delay">How much later, by <see cref="Clock"/>; zero is legal.</param>
    /// <param name="work">What to do in that turn.</param>
    public abstract void Schedule(TimeSpan delay, Action work);

    /// <summary>Forgets all deferred and scheduled work that has not begun: for a reset.</summary>
    public abstract void CancelWork();
}
