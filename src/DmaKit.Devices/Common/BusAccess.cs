namespace DmaKit.Devices;

/// <summary>DMA at an address that a driver made up: what would run over the end of the address space is refused like any other.</summary>
internal static class BusAccess
{
    public static bool TryReadAt(this DevicePort port, ulong start, uint offset, Span<byte> destination) =>
        TryPlace(start, offset, destination.Length, out LogicalAddress address) && port.TryRead(address, destination);

    public static bool TryWriteAt(this DevicePort port, ulong start, uint offset, ReadOnlySpan<byte> source) =>
        TryPlace(start, offset, source.Length, out LogicalAddress address) && port.TryWrite(address, source);

    private static bool TryPlace(ulong start, uint offset, int length, out LogicalAddress address)
    {
        address = new LogicalAddress(unchecked(start + offset));
        ulong last = offset + (ulong)Math.Max(length - 1, 0);
        return last <= ulong.MaxValue - start;
    }
}
