namespace DmaKit.Devices.Tests;

internal static class ByteArrays
{
    /// <summary>Sets one byte and returns the same array.</summary>
    public static byte[] With(this byte[] bytes, int offset, byte value)
    {
        bytes[offset] = value;
        return bytes;
    }
}
