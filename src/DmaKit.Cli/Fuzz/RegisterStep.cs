using System.Buffers.Binary;

namespace DmaKit.Cli;

/// <summary>
/// One step of a register program: 16 bytes, so that every string of bytes is a program. The first 16 bytes of a program say only, in
/// <see cref="Bar"/>, which device it is for.
/// </summary>
/// <param name="Operation">What it does.</param>
/// <param name="Bar">Which base address register, of those that the device has.</param>
/// <param name="Size">1, 2, 4 or 8 bytes.</param>
/// <param name="AsItStands">Whether bar and offset are taken as they stand, legal or not; else they are brought into the window.</param>
/// <param name="Offset">Where, in the window, in shared memory or in the configuration space.</param>
/// <param name="Value">A number, a place in shared memory, a length, a seed or 100 ns.</param>
internal readonly record struct RegisterStep(RegisterOperation Operation, int Bar, int Size, bool AsItStands, int Offset, ulong Value)
{
    /// <summary>The length of a step in bytes.</summary>
    internal const int Length = 16;

    private const int Operations = (int)RegisterOperation.Frame + 1;

    /// <summary>Reads a step.</summary>
    internal static RegisterStep From(ReadOnlySpan<byte> bytes) => new(
        (RegisterOperation)(bytes[0] % Operations),
        bytes[1],
        1 << (bytes[2] & 3),
        bytes[3] >= 0x80,
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    /// <summary>Writes it.</summary>
    internal void CopyTo(Span<byte> bytes)
    {
        bytes[0] = (byte)Operation;
        bytes[1] = (byte)Bar;
        bytes[2] = (byte)int.Log2(Size);
        bytes[3] = AsItStands ? (byte)0xFF : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Value);
    }
}
