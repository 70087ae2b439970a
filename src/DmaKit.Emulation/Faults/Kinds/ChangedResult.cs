namespace DmaKit.Emulation;

/// <summary>What the device wrote it writes again with other bits, a moment later: the driver may be looking at it, or may have done so.</summary>
internal sealed class ChangedResult : DeviceFault
{
    private const int Longest = 128;

    public override void Wrote(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        if (!Strikes()) return;
        byte[] bytes = source[..Math.Min(source.Length, Longest)].ToArray();
        for (int flips = Random.Next(1, 9); flips > 0; flips--) bytes[Random.Next(bytes.Length)] ^= (byte)(1 << Random.Next(8));
        Device.Later(TimeSpan.FromMicroseconds(Random.Next(200)), () => Device.WriteMemory(address, bytes));
    }
}
