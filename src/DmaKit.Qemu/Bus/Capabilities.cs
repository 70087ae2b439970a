namespace DmaKit.Qemu;

/// <summary>Where a function's capabilities lie, by the list that PCI keeps in configuration space.</summary>
/// <param name="Message">MSI (id 0x05), 0 for none.</param>
/// <param name="MessageX">MSI-X (id 0x11), 0 for none.</param>
/// <param name="Express">PCI Express (id 0x10), 0 for none.</param>
internal readonly record struct Capabilities(int Message, int MessageX, int Express)
{
    private const int StatusRegister = 0x06, FirstPointer = 0x34;
    private const int ListBit = 0x10;
    private const int MostEntries = 48;

    internal static Capabilities Find(ConfigAccess config, int slot)
    {
        var found = default(Capabilities);
        if ((config.Read(slot, StatusRegister, 2) & ListBit) == 0) return found;
        int at = (int)config.Read(slot, FirstPointer, 1) & ~3;
        for (int n = 0; at != 0 && n < MostEntries; n++)
        {
            uint head = config.Read(slot, at, 2);
            found = (head & 0xFF) switch
            {
                0x05 => found with { Message = at },
                0x10 => found with { Express = at },
                0x11 => found with { MessageX = at },
                _ => found,
            };
            at = (int)(head >> 8) & ~3;
        }

        return found;
    }
}
