using System.Buffers.Binary;

namespace DmaKit.Vfio.Native;

/// <summary>The capabilities behind an answer of VFIO: each begins with a 16-bit id, a 16-bit version and 32 bits that say where the next one lies.</summary>
internal static class CapabilityChain
{
    private const int HeaderLength = 8;

    /// <summary>The first capability with an id.</summary>
    /// <param name="answer">The whole answer.</param>
    /// <param name="first">Where the first capability lies in it, 0 for none.</param>
    /// <param name="id">Which one.</param>
    /// <returns>What follows its header, to the end of the answer; empty when there is none.</returns>
    internal static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> answer, uint first, ushort id)
    {
        uint at = first;
        for (int hops = 0; at >= HeaderLength && at <= answer.Length - HeaderLength && hops < answer.Length / HeaderLength; hops++)
        {
            ReadOnlySpan<byte> header = answer[(int)at..];
            if (BinaryPrimitives.ReadUInt16LittleEndian(header) == id) return header[HeaderLength..];
            at = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        }

        return [];
    }

    /// <summary>Pairs of 64-bit numbers in a capability that begins with their count and 32 bits of nothing.</summary>
    internal static (ulong First, ulong Second)[] Pairs(ReadOnlySpan<byte> capability)
    {
        if (capability.Length < HeaderLength) return [];
        int count = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(capability), (uint)(capability.Length - HeaderLength) / 16);
        var pairs = new (ulong, ulong)[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> pair = capability[(HeaderLength + i * 16)..];
            pairs[i] = (BinaryPrimitives.ReadUInt64LittleEndian(pair), BinaryPrimitives.ReadUInt64LittleEndian(pair[8..]));
        }

        return pairs;
    }
}
