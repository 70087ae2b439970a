using System.Globalization;

namespace DmaKit.Emulation;

/// <summary>Where a function is: domain, bus, device, function.</summary>
internal readonly record struct PciAddress(int Domain, int Bus, int Device, int Function)
{
    private const int Lines = 4;

    /// <summary>Which of the machine's four interrupt lines its pin is wired to: the pins of neighbouring devices are turned by one.</summary>
    internal int Line => (Device + Function) % Lines;

    /// <summary>Its interrupt pin as the configuration space says it: 1 for A to 4 for D.</summary>
    internal int Pin => (Function % Lines) + 1;

    internal static PciAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool shaped = text.Length == 12 && text[4] == ':' && text[7] == ':' && text[10] == '.';
        if (shaped && TryHex(text, 0, 4, out int domain) && TryHex(text, 5, 2, out int bus) && TryHex(text, 8, 2, out int device)
            && TryHex(text, 11, 1, out int function) && device < 32 && function < 8)
            return new PciAddress(domain, bus, device, function);
        throw new ArgumentException($"'{text}' is no function's address; write it as 0000:03:00.0, device 00 to 1f, function 0 to 7.", nameof(text));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Domain:x4}:{Bus:x2}:{Device:x2}.{Function:x}");

    /// <summary>Orders addresses as people list them.</summary>
    internal long Key => ((long)Domain << 16) | ((long)Bus << 8) | ((long)Device << 3) | (long)Function;

    private static bool TryHex(string text, int start, int length, out int value) =>
        int.TryParse(text.AsSpan(start, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
