using System.Globalization;

namespace DmaKit;

/// <summary>
/// An address as the device sees it. Whether it equals a physical address is the platform's business; a driver never
/// turns a pointer into one and never computes with the bare number.
/// </summary>
/// <remarks>
/// Arithmetic is checked: an overflow throws <see cref="OverflowException"/>. The number leaves this type only by
/// <see cref="Value"/>, <see cref="High32"/> and <see cref="Low32"/>, where it is written into a packet or a register.
/// Immutable; safe from any thread.
/// </remarks>
/// <param name="value">The address, in bytes.</param>
public readonly struct LogicalAddress(ulong value) : IEquatable<LogicalAddress>, IComparable<LogicalAddress>
{
    /// <summary>The whole 64-bit address, in bytes.</summary>
    public ulong Value { get; } = value;

    /// <summary>Bits 63 to 32, for a register or packet field that takes the upper half.</summary>
    public uint High32 => (uint)(Value >> 32);

    /// <summary>The address as a 32-bit number, for a register or packet field that has no upper half.</summary>
    /// <exception cref="OverflowException">The address is at or above 4 GiB: cutting it would name other memory.</exception>
    public uint Low32 => Value <= uint.MaxValue
        ? (uint)Value
        : throw new OverflowException(
            $"Logical address {this} does not fit 32 bits (limit 0xFFFFFFFF): give the adapter AddressBits = 32, or write High32 as well and take LowHalf.");

    /// <summary>Bits 31 to 0, for a field whose upper half is written elsewhere from <see cref="High32"/>.</summary>
    public uint LowHalf => (uint)Value;

    /// <summary>Whether the address is a multiple of <paramref name="alignment"/> bytes, a power of two.</summary>
    /// <param name="alignment">The alignment in bytes, a power of two.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alignment"/> is not a power of two.</exception>
    public bool IsAligned(long alignment)
    {
        if (!long.IsPow2(alignment))
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "An alignment is a power of two, 1 or more.");
        return (Value & (ulong)(alignment - 1)) == 0;
    }

    /// <summary>The address <paramref name="bytes"/> further on.</summary>
    /// <exception cref="OverflowException">The result is below zero or above 2^64 - 1.</exception>
    public static LogicalAddress operator +(LogicalAddress address, long bytes) =>
        new(bytes >= 0 ? checked(address.Value + (ulong)bytes) : checked(address.Value - (ulong)-(Int128)bytes));

    /// <summary>The address <paramref name="bytes"/> before.</summary>
    /// <exception cref="OverflowException">The result is below zero or above 2^64 - 1.</exception>
    public static LogicalAddress operator -(LogicalAddress address, long bytes) =>
        new(bytes >= 0 ? checked(address.Value - (ulong)bytes) : checked(address.Value + (ulong)-(Int128)bytes));

    /// <summary>The distance from <paramref name="right"/> to <paramref name="left"/> in bytes.</summary>
    /// <exception cref="OverflowException">The distance does not fit 64 signed bits.</exception>
    public static long operator -(LogicalAddress left, LogicalAddress right) => checked((long)((Int128)left.Value - right.Value));

    /// <summary>Whether both are the same address.</summary>
    public static bool operator ==(LogicalAddress left, LogicalAddress right) => left.Value == right.Value;

    /// <summary>Whether they are different addresses.</summary>
    public static bool operator !=(LogicalAddress left, LogicalAddress right) => left.Value != right.Value;

    /// <summary>Whether <paramref name="left"/> lies before <paramref name="right"/>.</summary>
    public static bool operator <(LogicalAddress left, LogicalAddress right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> lies behind <paramref name="right"/>.</summary>
    public static bool operator >(LogicalAddress left, LogicalAddress right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> lies before or at <paramref name="right"/>.</summary>
    public static bool operator <=(LogicalAddress left, LogicalAddress right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> lies behind or at <paramref name="right"/>.</summary>
    public static bool operator >=(LogicalAddress left, LogicalAddress right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(LogicalAddress other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public bool Equals(LogicalAddress other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LogicalAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>The address in hexadecimal, at least eight digits: <c>0x0012F000</c>.</summary>
    public override string ToString() => "0x" + Value.ToString("X8", CultureInfo.InvariantCulture);
}
