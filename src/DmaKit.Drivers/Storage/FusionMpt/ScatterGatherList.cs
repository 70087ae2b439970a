using System.Buffers.Binary;

namespace DmaKit.Drivers;

/// <summary>
/// Writes the elements of a mapping behind the header of a request: as many as fit the frame, the rest in one chain behind it. Each is a flag
/// word and an address of 64 bits, 12 bytes together. Source: the public MPI 1.5 headers.
/// </summary>
internal static class ScatterGatherList
{
    /// <summary>The most elements of one request: what the trailing bytes of a packet have room for.</summary>
    public const int MaxElements = 128;

    /// <summary>The most bytes of one element: the length has 24 bits.</summary>
    public const int MaxElementLength = 8 << 20;

    /// <summary>The length of a request frame in bytes, header and list.</summary>
    public const int FrameLength = 512;

    /// <summary>How many elements fit the frame behind the header.</summary>
    public const int InFrame = (FrameLength - ScsiIoFrame.Length) / ElementLength;

    /// <summary>Where the chain starts in the bytes behind the header: behind the frame.</summary>
    public const int ChainStart = FrameLength - ScsiIoFrame.Length;

    /// <summary>How many bytes behind the header the longest list takes.</summary>
    public const int Room = ChainStart + (MaxElements - InFrame + 1) * ElementLength;

    private const int ElementLength = 12;

    private const uint LastElement = 0x8000_0000, EndOfBuffer = 0x4000_0000, EndOfList = 0x0100_0000;
    private const uint Simple = 0x1000_0000, Chain = 0x3000_0000, ToDevice = 0x0400_0000, Address64 = 0x0200_0000;

    /// <summary>Writes the list.</summary>
    /// <param name="list">The bytes behind the header.</param>
    /// <param name="address">Where they are to the device.</param>
    /// <param name="elements">The elements, at most <see cref="MaxElements"/>.</param>
    /// <param name="toDevice">Which way the data goes.</param>
    /// <returns>The chain offset for the header, in words of 4 bytes; 0 when there is no chain.</returns>
    public static byte Write(Span<byte> list, LogicalAddress address, ReadOnlySpan<DmaElement> elements, bool toDevice)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elements.Length, MaxElements);
        if (elements.IsEmpty)
        {
            // A command without data has one empty element, of the short form.
            BinaryPrimitives.WriteUInt32LittleEndian(list, Simple | LastElement | EndOfBuffer | EndOfList);
            BinaryPrimitives.WriteUInt32LittleEndian(list[4..], 0);
            return 0;
        }

        bool chained = elements.Length > InFrame;
        int here = chained ? InFrame - 1 : elements.Length;
        WriteSegment(list, elements[..here], toDevice, isEnd: !chained);
        if (!chained) return 0;

        ReadOnlySpan<DmaElement> rest = elements[here..];
        int chainElement = here * ElementLength;
        WriteElement(list[chainElement..], Chain | Address64 | (uint)(rest.Length * ElementLength), address + ChainStart);
        WriteSegment(list[ChainStart..], rest, toDevice, isEnd: true);
        return (byte)((ScsiIoFrame.Length + chainElement) / 4);
    }

    private static void WriteSegment(Span<byte> at, ReadOnlySpan<DmaElement> elements, bool toDevice, bool isEnd)
    {
        uint flags = Simple | Address64 | (toDevice ? ToDevice : 0);
        for (int i = 0; i < elements.Length; i++)
        {
            uint last = i < elements.Length - 1 ? 0 : isEnd ? LastElement | EndOfBuffer | EndOfList : LastElement;
            WriteElement(at[(i * ElementLength)..], flags | last | (uint)elements[i].Length, elements[i].Address);
        }
    }

    private static void WriteElement(Span<byte> at, uint flagsAndLength, LogicalAddress address)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, flagsAndLength);
        BinaryPrimitives.WriteUInt64LittleEndian(at[4..], address.Value);
    }
}
