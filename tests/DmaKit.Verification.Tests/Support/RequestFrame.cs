namespace DmaKit.Verification.Tests;

/// <summary>A command packet of a card that there is not.</summary>
internal struct RequestFrame
{
    public uint Tag;

    public uint Opcode;

    public ulong Block;
}
