using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>Up to eight streams that are mixed in one go, in this order.</summary>
internal ref struct StreamBatch
{
    internal const int Most = 8;

    internal int Count;

    /// <summary>How many bytes each of them has at least.</summary>
    internal int Bytes;

    internal ref byte S0, S1, S2, S3, S4, S5, S6, S7;
    internal float G0, G1, G2, G3, G4, G5, G6, G7;

    /// <summary>Takes a stream in. The caller holds its memory as long as the batch.</summary>
    /// <param name="bytes">Its samples.</param>
    /// <param name="gain">Its gain.</param>
    internal void Add(ReadOnlySpan<byte> bytes, float gain)
    {
        // SAFETY: the reference stands for the first of Bytes bytes at least, which every kernel checks once; it is only read through; any thread.
        ref byte first = ref MemoryMarshal.GetReference(bytes);
        Bytes = Count == 0 ? bytes.Length : Math.Min(Bytes, bytes.Length);
        switch (Count++)
        {
            case 0:
                S0 = ref first;
                G0 = gain;
                break;
            case 1:
                S1 = ref first;
                G1 = gain;
                break;
            case 2:
                S2 = ref first;
                G2 = gain;
                break;
            case 3:
                S3 = ref first;
                G3 = gain;
                break;
            case 4:
                S4 = ref first;
                G4 = gain;
                break;
            case 5:
                S5 = ref first;
                G5 = gain;
                break;
            case 6:
                S6 = ref first;
                G6 = gain;
                break;
            default:
                S7 = ref first;
                G7 = gain;
                break;
        }
    }

    /// <summary>Leaves the first streams out, which are mixed already.</summary>
    internal void Skip(int count)
    {
        for (; count > 0; count--)
        {
            S0 = ref S1;
            S1 = ref S2;
            S2 = ref S3;
            S3 = ref S4;
            S4 = ref S5;
            S5 = ref S6;
            S6 = ref S7;
            (G0, G1, G2, G3, G4, G5, G6) = (G1, G2, G3, G4, G5, G6, G7);
            Count--;
        }
    }
}
