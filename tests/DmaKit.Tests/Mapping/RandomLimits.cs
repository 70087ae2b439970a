namespace DmaKit.Tests;

/// <summary>Limits of devices that there might be.</summary>
internal static class RandomLimits
{
    public static DmaConstraints Next(Random random)
    {
        int granularity = 1 << random.Next(5);
        return new DmaConstraints
        {
            AddressBits = random.Next(3) switch { 0 => 28, 1 => 32, _ => 64 },
            ScatterGather = random.Next(6) != 0,
            MaxElements = random.Next(2) == 0 ? 1 + random.Next(6) : 1 + random.Next(100),
            MaxElementLength = random.Next(2) == 0 ? long.MaxValue : 64 + random.Next(9000),
            Boundary = random.Next(3) == 0 ? 1 << (9 + random.Next(8)) : 0,
            ElementAlignment = random.Next(2) == 0 ? 1 : Math.Min(granularity, 1 << random.Next(4)),
            LengthGranularity = granularity,
            LastElementGranular = random.Next(4) == 0,
            MaxTransferLength = random.Next(3) == 0 ? 100 + random.Next(30_000) : long.MaxValue,
        };
    }
}
