using System.Buffers.Binary;

namespace DmaKit.Devices;

/// <summary>Why a command failed: sense key, additional code and qualifier (SPC-4 4.5).</summary>
internal readonly record struct ScsiSense(byte Key, byte Code, byte Qualifier = 0)
{
    /// <summary>The bytes of fixed-format sense data.</summary>
    public const int Length = 18;

    public static ScsiSense None => default;

    public static ScsiSense NoMedium => new(0x2, 0x3A);

    public static ScsiSense Stopped => new(0x2, 0x04, 0x02);

    public static ScsiSense ReadError => new(0x3, 0x11);

    public static ScsiSense WriteError => new(0x3, 0x0C);

    public static ScsiSense InvalidOpcode => new(0x5, 0x20);

    public static ScsiSense BlockOutOfRange => new(0x5, 0x21);

    public static ScsiSense InvalidField => new(0x5, 0x24);

    public static ScsiSense NoSuchUnit => new(0x5, 0x25);

    public static ScsiSense NothingSaved => new(0x5, 0x39);

    public static ScsiSense WriteProtected => new(0x7, 0x27);

    public static ScsiSense Miscompare => new(0xE, 0x1D);

    public bool IsNone => Key == 0;

    /// <summary>Writes fixed-format sense data of a current error (SPC-4 4.5.3).</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <param name="block">The block that failed, for the information field; -1 for none. One that does not fit 32 bits is left out.</param>
    public void Encode(Span<byte> destination, long block)
    {
        destination = destination[..Length];
        destination.Clear();
        destination[0] = 0x70;
        if (block is >= 0 and <= uint.MaxValue)
        {
            destination[0] |= 0x80;
            BinaryPrimitives.WriteUInt32BigEndian(destination[3..], (uint)block);
        }

        destination[2] = Key;
        destination[7] = Length - 8;
        destination[12] = Code;
        destination[13] = Qualifier;
    }
}
