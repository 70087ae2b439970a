namespace DmaKit.Verification.Tests;

/// <summary>A command packet of a device that the tests play themselves.</summary>
internal struct BenchPacket
{
    public uint Tag;
    public uint Length;
    public ulong Address;
}
