namespace DmaKit.Emulation;

/// <summary>The device writes to an address that it was never told.</summary>
internal sealed class WriteOutside : DeviceFault
{
    public override void Wrote(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        if (!Strikes()) return;
        byte[] bytes = new byte[Random.Next(1, 257)];
        bytes.AsSpan().Fill(0x0D);

        // Any address, or one in the neighbourhood: where other buffers of the same driver may lie.
        ulong at = Random.Next(2) == 0 ? (ulong)Random.NextInt64() >> Random.Next(1, 40) : address.Value ^ (1UL << Random.Next(12, 24));
        Device.WriteMemory(new LogicalAddress(at), bytes);
    }
}
