namespace DmaKit.Native;

/// <summary>Sums of several samples of 16 bits at once, in sixteenths of a step. Exact, so that every width gives the same.</summary>
internal interface IShortLanes<TSelf> where TSelf : struct, IShortLanes<TSelf>
{
    /// <summary>How many.</summary>
    static abstract int Count { get; }

    /// <summary>One stream.</summary>
    static abstract TSelf Single(ref short a, nuint at);

    /// <summary>The sum of two streams.</summary>
    static abstract TSelf Pair(ref short a, ref short b, nuint at);

    static abstract TSelf Plus(TSelf a, TSelf b);

    /// <summary>Adds to the sums that stand there, or takes their place.</summary>
    /// <returns>What stands there now, in the order of the samples.</returns>
    static abstract TSelf Store(TSelf sum, ref int sums, nuint at, bool fresh);

    /// <summary>The sums that stand there.</summary>
    static abstract TSelf Load(ref int sums, nuint at);

    /// <summary>Rounds, saturates and writes what <see cref="Store"/> or <see cref="Load"/> gave as samples.</summary>
    static abstract void Write(TSelf sums, ref short samples, nuint at);
}
