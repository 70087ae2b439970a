using DmaKit.Tests;

namespace DmaKit.Benchmarks;

/// <summary>What the rows about pools share.</summary>
internal static class Pools
{
    /// <summary>The length of a block or array in bytes.</summary>
    public const int Length = 256;

    /// <summary>How many are taken together.</summary>
    public const int Burst = 32;

    public static BlockPool Create(int count) =>
        BlockPool.Create(new PlainMachine(pages: (count / 16) + 16).CreateAdapter(), new BlockPoolOptions { BlockLength = Length, Count = count, Alignment = 64 });

    /// <summary>How many operations a loop ran that ends after a whole burst.</summary>
    public static long WholeBursts(int n) => (n + Burst - 1) / Burst * Burst;

    /// <summary>A small generator that costs the same on both sides.</summary>
    public struct Random(uint seed)
    {
        private uint _x = seed;

        public uint Next()
        {
            uint x = _x;
            x ^= x << 13;
            x ^= x >> 17;
            return _x = x ^ (x << 5);
        }
    }
}
