using System.Runtime.InteropServices;

namespace DmaKit.Tests;

/// <summary>A packet for tests: a tag, and a word in which the "device" answers.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct TestPacket
{
    public uint Tag;
    public uint Answer;
}
