namespace DmaKit;

/// <summary>
/// The context value that the device gives back: index and generation of a packet slot in the width that the wire allows, never a pointer.
/// </summary>
/// <param name="wire">The value as it stands in the packet.</param>
public readonly struct CommandTag(uint wire) : IEquatable<CommandTag>
{
    /// <summary>The value as it stands in the packet.</summary>
    public uint Wire { get; } = wire;

    /// <summary>The tag that a device gave back, not yet judged: <c>Complete</c> does that.</summary>
    /// <param name="wire">What the register or reply said.</param>
    public static CommandTag FromWire(uint wire) => new(wire);

    /// <inheritdoc/>
    public bool Equals(CommandTag other) => Wire == other.Wire;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CommandTag other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Wire;

    /// <summary>Whether both are the same.</summary>
    public static bool operator ==(CommandTag left, CommandTag right) => left.Wire == right.Wire;

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(CommandTag left, CommandTag right) => left.Wire != right.Wire;

    /// <summary>The tag in hexadecimal.</summary>
    public override string ToString() => $"tag 0x{Wire:X}";
}
