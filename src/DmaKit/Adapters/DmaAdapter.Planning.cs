namespace DmaKit;

public sealed partial class DmaAdapter
{
    /// <summary>Explains what mapping a chain would do: nothing, map registers, coalescing and why, or why it is impossible. Takes nothing.</summary>
    /// <remarks>
    /// For people and for start-up decisions: mapping plans by itself, and does what this says as long as the buffers lie where they do. Where
    /// registers are needed, and nobody needed any before, the domain's registers get their memory: how many there are is known only then.
    /// </remarks>
    /// <param name="data">The chain, or a range of it. It is looked at, and stays the program's.</param>
    /// <param name="direction">Which way the bytes would go.</param>
    /// <param name="options">What the mapping would be given.</param>
    /// <exception cref="DmaMisuseException">The chain was disposed.</exception>
    /// <exception cref="ArgumentException">The chain has fragments that can only be read, and the direction is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty, or does not lie in the chain.</exception>
    /// <exception cref="ObjectDisposedException">The adapter was disposed.</exception>
    public TransferPlan Plan(ChainRange data, DmaDirection direction, MappingOptions options = default) => Explain(Ask(data, Checked(direction), options));

    /// <summary>Explains what mapping memory would do. Takes nothing.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="direction">Which way they would go.</param>
    /// <param name="options">What the mapping would be given.</param>
    /// <inheritdoc cref="Plan(ChainRange, DmaDirection, MappingOptions)"/>
    public TransferPlan Plan(Memory<byte> data, DmaDirection direction, MappingOptions options = default) => Explain(Ask(data, Checked(direction), options));

    private static TransferPlan Explain(MappingSlot slot)
    {
        try
        {
            return slot.Explain();
        }
        finally
        {
            slot.Drop();
        }
    }
}
