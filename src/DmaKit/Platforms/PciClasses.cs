namespace DmaKit.Platforms;

/// <summary>Names for the base classes of PCI functions.</summary>
internal static class PciClasses
{
    /// <summary>What a class code says of a function, in words.</summary>
    /// <param name="code">The 24-bit class code: base class, subclass, programming interface.</param>
    internal static string NameOf(int code) => (code >> 16) switch
    {
        0x01 => "storage controller",
        0x02 => "network controller",
        0x03 => "display controller",
        0x04 => "multimedia controller",
        0x05 => "memory controller",
        0x06 => "bridge",
        0x07 => "communication controller",
        0x08 => "system peripheral",
        0x09 => "input controller",
        0x0C => "serial bus controller",
        0x0D => "wireless controller",
        0x12 => "processing accelerator",
        _ => "device",
    };
}
