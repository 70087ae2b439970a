namespace DmaKit.Native;

/// <summary>Up to eight streams that are mixed in one go, in this order.</summary>
internal ref struct StreamBatch
{
    internal const int Most = 8;

    internal int Count;
    internal ReadOnlySpan<byte> S0, S1, S2, S3, S4, S5, S6, S7;
    internal float G0, G1, G2, G3, G4, G5, G6, G7;

    /// <summary>Takes a stream in.</summary>
    /// <param name="bytes">Its samples.</param>
    /// <param name="gain">Its gain.</param>
    internal void Add(ReadOnlySpan<byte> bytes, float gain)
    {
        switch (Count++)
        {
            case 0:
                S0 = bytes;
                G0 = gain;
                break;
            case 1:
                S1 = bytes;
                G1 = gain;
                break;
            case 2:
                S2 = bytes;
                G2 = gain;
                break;
            case 3:
                S3 = bytes;
                G3 = gain;
                break;
            case 4:
                S4 = bytes;
                G4 = gain;
                break;
            case 5:
                S5 = bytes;
                G5 = gain;
                break;
            case 6:
                S6 = bytes;
                G6 = gain;
                break;
            default:
                S7 = bytes;
                G7 = gain;
                break;
        }
    }

    /// <summary>Leaves the first streams out, which are mixed already.</summary>
    internal void Skip(int count)
    {
        for (; count > 0; count--)
        {
            S0 = S1;
            S1 = S2;
            S2 = S3;
            S3 = S4;
            S4 = S5;
            S5 = S6;
            S6 = S7;
            (G0, G1, G2, G3, G4, G5, G6) = (G1, G2, G3, G4, G5, G6, G7);
            Count--;
        }
    }
}
