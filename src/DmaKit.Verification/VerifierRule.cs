using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>One rule: what it means, and how its breach is seen. Each has a file and a page of its own.</summary>
/// <remarks>
/// A verifier has an object of each rule for itself. The members below are called under the verifier's lock, with its books up to date; what they
/// report is delivered after the lock is left.
/// </remarks>
public abstract class VerifierRule
{
    /// <summary>Its number, such as <c>DMK1008</c>. Thousands are rooms: 1 common buffers, 2 mappings, 3 commands, 4 rings, 5 devices, 6 resources.</summary>
    public abstract string Id { get; }

    /// <summary>A short name, such as <c>block-returned-twice</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it means that the rule is broken, in a sentence.</summary>
    public abstract string Meaning { get; }

    /// <summary>What usually causes it.</summary>
    public abstract string Cause { get; }

    /// <summary>What mends it.</summary>
    public abstract string Mend { get; }

    /// <summary>Which checks of other systems it is: numbers of the table in <c>docs/verifier/checks.md</c>, such as <c>W04</c> or <c>L07</c>.</summary>
    public virtual IReadOnlyList<string> Checks => [];

    /// <summary>Whether it is the device that breaks it, not the driver.</summary>
    public virtual bool IsDevices => false;

    /// <summary>The core's own names (<see cref="MisuseReport.Rule"/>) of breaches that are this rule's.</summary>
    internal virtual IReadOnlyList<string> Core => [];

    /// <summary>Whether a breach that the core tells under one of those names is the driver's, and not the doing of a device that is gone.</summary>
    internal virtual bool Means(MisuseReport misuse) => true;

    /// <summary>A common buffer was allocated.</summary>
    internal virtual void OnAllocated(VerifierBooks books, BufferRecord buffer)
    {
    }

    /// <summary>A common buffer was disposed, and its memory not yet given back.</summary>
    internal virtual void OnFreed(VerifierBooks books, BufferRecord buffer, bool quarantined)
    {
    }

    /// <summary>A piece of a pool or heap was taken.</summary>
    internal virtual void OnRented(VerifierBooks books, PieceRecord piece)
    {
    }

    /// <summary>A piece of a pool or heap is about to be given back.</summary>
    internal virtual void OnReturned(VerifierBooks books, PieceRecord piece)
    {
    }

    /// <summary>A request's data was mapped.</summary>
    internal virtual void OnMapped(VerifierBooks books, MappingRecord mapping)
    {
    }

    /// <summary>A mapping is about to end; -1 <paramref name="bytes"/> when it is abandoned.</summary>
    internal virtual void OnUnmapped(VerifierBooks books, MappingRecord mapping, long bytes)
    {
    }

    /// <summary>A packet was posted.</summary>
    internal virtual void OnPosted(VerifierBooks books, PacketRecord packet)
    {
    }

    /// <summary>A command ended.</summary>
    internal virtual void OnCompleted(VerifierBooks books, PacketRecord packet, CommandStatus status)
    {
    }

    /// <summary>A register is about to be written.</summary>
    internal virtual void OnDoorbell(VerifierBooks books, PciFunction function, int bar, long offset, int size, ulong value)
    {
    }

    /// <summary>A register is about to be written: with what its value points at.</summary>
    internal virtual void OnTold(VerifierBooks books, FunctionRecord function, DoorbellRecord doorbell)
    {
    }

    /// <summary>An adapter is about to end.</summary>
    internal virtual void OnClosing(VerifierBooks books, DmaAdapter adapter)
    {
    }

    /// <summary>The platform refused a transfer of a device's.</summary>
    internal virtual void OnFault(VerifierBooks books, DmaDomain domain, DmaFault fault)
    {
    }

    /// <summary>Freed memory that was held goes back to the platform.</summary>
    internal virtual void OnLetGo(VerifierBooks books, FreedRun freed)
    {
    }

    /// <summary>Everything that can be looked at without an event is to be looked at now.</summary>
    internal virtual void OnCheck(VerifierBooks books)
    {
    }
}
