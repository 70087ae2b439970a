namespace DmaKit.Emulation;

/// <summary>A write does not stop at its end.</summary>
internal sealed class WriteBeyond : DeviceFault
{
    private const int Most = 4096;

    public override void Wrote(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        if (!Strikes()) return;
        byte[] more = new byte[Random.Next(1, Most + 1)];
        more.AsSpan().Fill(0xBE);
        if (address.Value <= ulong.MaxValue - (ulong)(source.Length + more.Length)) Device.WriteMemory(address + source.Length, more);
    }
}
