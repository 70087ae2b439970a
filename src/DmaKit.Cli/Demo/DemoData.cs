using System.Buffers.Binary;

namespace DmaKit.Cli;

/// <summary>Pseudo-random bytes that depend on seed and position alone, so that any piece of them can be made again to compare with.</summary>
/// <remarks>The finaliser of SplitMix64 (Steele, Lea, Flood, 2014) over a counter.</remarks>
internal sealed class DemoData(int seed)
{
    private readonly ulong _seed = ((ulong)(uint)seed + 1) * 0x9E37_79B9_7F4A_7C15;

    /// <summary>Makes a piece.</summary>
    /// <param name="position">Where it starts, a multiple of 8.</param>
    /// <param name="bytes">Where it goes; a multiple of 8 long.</param>
    internal void Fill(long position, Span<byte> bytes)
    {
        ulong counter = (ulong)position / 8;
        for (int i = 0; i < bytes.Length; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], Word(counter++));
    }

    private ulong Word(ulong counter)
    {
        ulong z = _seed + counter * 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
