namespace DmaKit.Native;

/// <summary>Several samples of 32-bit floating point at once. What is done to each is the same for every width, bit for bit: a product is added and the sum rounded, once.</summary>
internal interface IFloatLanes<TSelf> where TSelf : struct, IFloatLanes<TSelf>
{
    /// <summary>How many.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    /// <summary>The samples at an index behind a reference.</summary>
    static abstract TSelf Load(ref float samples, nuint at);

    static abstract TSelf All(float value);

    /// <summary>The sum so far and one more product, rounded once.</summary>
    static abstract TSelf AddProduct(TSelf sum, ref float samples, nuint at, TSelf gain);

    /// <summary>Nothing above 1 and below -1, and 0 for what is no number.</summary>
    static abstract TSelf Clamp(TSelf samples);

    static abstract void Store(TSelf samples, ref float destination, nuint at);
}
