namespace DmaKit.Drivers.Tests;

/// <summary>Bytes that differ from place to place and from seed to seed.</summary>
internal static class Pattern
{
    public static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Constant(int length, byte value)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, value);
        return bytes;
    }
}
