using System.Buffers.Binary;
using DmaKit.Emulation;

namespace DmaKit.Cli;

/// <summary>Bytes that say whose they are: eight at a time, by owner, version and place.</summary>
internal static class TortureBytes
{
    /// <summary>What a buffer has before a device writes into it.</summary>
    internal const byte Untouched = 0xA5;

    /// <summary>Writes the bytes of an owner.</summary>
    /// <param name="into">Where; a multiple of 8 bytes or with a rest.</param>
    /// <param name="owner">Whose.</param>
    /// <param name="version">Which of its writes.</param>
    /// <param name="place">The place of the first byte, a multiple of 8.</param>
    internal static void Fill(Span<byte> into, int owner, int version, long place)
    {
        Span<byte> word = stackalloc byte[8];
        for (int at = 0; at < into.Length; at += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Word(owner, version, place + at));
            word[..Math.Min(8, into.Length - at)].CopyTo(into[at..]);
        }
    }

    /// <summary>Whether bytes are an owner's, as far as what went wrong lets one expect.</summary>
    /// <param name="bytes">What arrived.</param>
    /// <param name="owner">Whose it should be.</param>
    /// <param name="version">Which of its writes; 0 for zeros.</param>
    /// <param name="place">The place of the first byte, a multiple of 8.</param>
    /// <param name="effects">What has gone wrong.</param>
    internal static bool Are(ReadOnlySpan<byte> bytes, int owner, int version, long place, FaultEffect effects)
    {
        if (effects.HasFlag(FaultEffect.WrongBytes)) return true;
        bool mayMiss = effects.HasFlag(FaultEffect.MissingBytes);
        Span<byte> word = stackalloc byte[8];
        for (int at = 0; at < bytes.Length; at += 8)
        {
            ReadOnlySpan<byte> part = bytes.Slice(at, Math.Min(8, bytes.Length - at));
            BinaryPrimitives.WriteUInt64LittleEndian(word, version == 0 ? 0 : Word(owner, version, place + at));
            if (part.SequenceEqual(word[..part.Length])) continue;
            if (!mayMiss) return false;
            for (int i = 0; i < part.Length; i++)
                if (part[i] != word[i] && part[i] is not (0 or Untouched)) return false;
        }

        return true;
    }

    private static ulong Word(int owner, int version, long place)
    {
        ulong x = ((ulong)(uint)owner << 40) ^ ((ulong)(uint)version << 24) ^ (ulong)place ^ 0x9E37_79B9_7F4A_7C15;
        x = (x ^ x >> 30) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ x >> 27) * 0x94D0_49BB_1331_11EB;
        return (x ^ x >> 31) | 0x0101_0101_0101_0101;
    }
}
