namespace DmaKit.Qemu;

/// <summary>The configuration spaces of the machine's first bus, through the window that the q35 host bridge opens for them.</summary>
/// <remarks>
/// Safe from any thread. The window is switched on by the host bridge's register at 0x60 (PCIEXBAR; bit 0 enables, the rest is the address), which
/// only the two I/O ports of old reach before. A function's 4,096 bytes lie at device by 32 KiB plus function by 4 KiB.
/// </remarks>
internal sealed class ConfigAccess
{
    private const ulong Window = 0xB000_0000;
    private const ushort AddressPort = 0xCF8, DataPort = 0xCFC;
    private const uint WindowRegisterLow = 0x8000_0060, WindowRegisterHigh = 0x8000_0064;

    private readonly QtestClient _client;

    /// <summary>Opens the window.</summary>
    internal ConfigAccess(QtestClient client)
    {
        _client = client;
        client.Out(AddressPort, 4, WindowRegisterHigh);
        client.Out(DataPort, 4, 0);
        client.Out(AddressPort, 4, WindowRegisterLow);
        client.Out(DataPort, 4, (uint)Window | 1);
    }

    internal uint Read(int slot, int offset, int size) => (uint)_client.Read(At(slot, offset), size);

    internal void Write(int slot, int offset, int size, uint value) => _client.Write(At(slot, offset), size, value);

    // A slot is device by 8 plus function, as everywhere in PCI.
    private static ulong At(int slot, int offset) => Window + ((ulong)slot << 12) + (ulong)offset;
}
