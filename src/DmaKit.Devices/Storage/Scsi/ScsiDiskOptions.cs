namespace DmaKit.Devices;

/// <summary>How a <see cref="ScsiDisk"/> names itself.</summary>
public sealed record ScsiDiskOptions
{
    /// <summary>The vendor in INQUIRY: at most 8 printable ASCII characters.</summary>
    /// <exception cref="ArgumentException">The value is longer or has other characters.</exception>
    public string Vendor { get; init => field = Checked(value, 8, nameof(Vendor)); } = "DMAKIT";

    /// <summary>The product in INQUIRY: at most 16 printable ASCII characters.</summary>
    /// <exception cref="ArgumentException">The value is longer or has other characters.</exception>
    public string Product { get; init => field = Checked(value, 16, nameof(Product)); } = "EMULATED DISK";

    /// <summary>The revision in INQUIRY: at most 4 printable ASCII characters.</summary>
    /// <exception cref="ArgumentException">The value is longer or has other characters.</exception>
    public string Revision { get; init => field = Checked(value, 4, nameof(Revision)); } = "0.1";

    /// <summary>The serial number in INQUIRY's pages 80h and 83h: 1 to 20 printable ASCII characters. Give each disk its own.</summary>
    /// <exception cref="ArgumentException">The value is empty, longer, or has other characters.</exception>
    public string Serial
    {
        get;
        init => field = Checked(value, 20, nameof(Serial)) is { Length: > 0 } serial
            ? serial
            : throw new ArgumentException("Serial is empty; legal: 1 to 20 characters.", nameof(Serial));
    } = "0";

    private static string Checked(string value, int longest, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        foreach (char character in value)
        {
            if (character is < ' ' or > '~') throw new ArgumentException($"{name} has the character U+{(int)character:X4}; legal: printable ASCII.", name);
        }

        return value.Length <= longest
            ? value
            : throw new ArgumentException($"{name} has {value.Length} characters; legal: at most {longest}.", name);
    }
}
