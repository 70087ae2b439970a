namespace DmaKit.Drivers;

/// <summary>
/// Positions in the receive ring: a record is a header of 4 bytes, a frame, its checksum, and the next begins at a multiple of 4. Pure
/// arithmetic; nothing here trusts the card.
/// </summary>
/// <param name="Length">The length of the ring in bytes, a power of two from 8 to 64 KiB.</param>
internal readonly record struct ReceiveRing(int Length)
{
    public const int HeaderLength = 4, ChecksumLength = 4, PositionBias = 16;

    /// <summary>How many bytes the card has written beyond a position.</summary>
    /// <param name="position">Where the driver reads next.</param>
    /// <param name="written">Where the card writes next.</param>
    public int Available(int position, int written) => (written - position) & (Length - 1);

    /// <summary>Whether a position can be one: within the ring, at a multiple of 4.</summary>
    public bool IsPosition(int position) => (uint)position < (uint)Length && (position & 3) == 0;

    /// <summary>How many bytes a record takes.</summary>
    /// <param name="length">What its header says: frame and checksum.</param>
    public static int RecordLength(int length) => (HeaderLength + length + 3) & ~3;

    /// <summary>Where the record behind one begins.</summary>
    public int Next(int position, int length) => (position + RecordLength(length)) & (Length - 1);

    /// <summary>What the read position's register is told.</summary>
    public static ushort ToRegister(int position) => (ushort)(position - PositionBias);
}
