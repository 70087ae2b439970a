namespace DmaKit.Native;

/// <summary>Sums of several samples of 16 bits at once, in sixteenths of a step. Exact, so that every width gives the same.</summary>
internal interface IShortLanes<TSelf> where TSelf : struct, IShortLanes<TSelf>
{
    /// <summary>How many.</summary>
    static abstract int Count { get; }

    /// <summary>One stream.</summary>
    static abstract TSelf Single(ref short a, int at);

    /// <summary>The sum of two streams.</summary>
    static abstract TSelf Pair(ref short a, ref short b, int at);

    static abstract TSelf Plus(TSelf a, TSelf b);

    /// <summary>Adds to the sums that stand there, or takes their place.</summary>
    static abstract void Store(TSelf sum, ref int sums, int at, bool fresh);

    /// <summary>Rounds, saturates and writes sums as samples.</summary>
    static abstract void Write(ref int sums, ref short samples, int at);
}
