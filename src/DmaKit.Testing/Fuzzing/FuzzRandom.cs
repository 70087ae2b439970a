using System.Buffers.Binary;

namespace DmaKit.Testing;

/// <summary>Random numbers that are the same for the same seed, on every system and in every version: SplitMix64.</summary>
/// <remarks>Not safe from several threads. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.</remarks>
public sealed class FuzzRandom
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    private ulong _state;

    /// <summary>Starts at a seed.</summary>
    /// <param name="seed">Any number.</param>
    public FuzzRandom(ulong seed) => _state = seed;

    /// <summary>The number at a place of a seed's sequence, without going there.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="index">The place, from 0.</param>
    public static ulong At(ulong seed, long index) => Mix(unchecked(seed + ((ulong)index + 1) * Step));

    /// <summary>Starts again at a seed.</summary>
    /// <param name="seed">Any number.</param>
    public void Restart(ulong seed) => _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state = unchecked(_state + Step));

    /// <summary>A number from 0 up to and without a limit.</summary>
    /// <param name="limit">1 or more.</param>
    public int Below(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (int)((Next() >> 32) * (ulong)limit >> 32);
    }

    /// <summary>True once in so many times.</summary>
    /// <param name="times">1 or more.</param>
    public bool OneIn(int times) => Below(times) == 0;

    /// <summary>Fills bytes.</summary>
    /// <param name="bytes">What is filled.</param>
    public void Fill(Span<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
        if (bytes.IsEmpty) return;
        ulong last = Next();
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(last >> (8 * i));
    }

    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9);
        z = unchecked((z ^ z >> 27) * 0x94D0_49BB_1331_11EB);
        return z ^ z >> 31;
    }
}
