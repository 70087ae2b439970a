using System.Buffers.Binary;

namespace DmaKit.Drivers;

/// <summary>Why a SCSI command failed, in the device's own terms.</summary>
/// <param name="Key">The kind of the error.</param>
/// <param name="Code">Additional sense code.</param>
/// <param name="Qualifier">Additional sense code qualifier.</param>
/// <param name="Information">What the error is about, mostly the number of the first bad block; null when the device does not say.</param>
/// <param name="IsDeferred">Whether it belongs to an earlier command.</param>
public readonly record struct ScsiSense(ScsiSenseKey Key, byte Code, byte Qualifier, long? Information = null, bool IsDeferred = false)
{
    /// <summary>Code and qualifier in words, where they are known here.</summary>
    public string Text => (Code, Qualifier) switch
    {
        (0x00, 0x00) => "no additional information",
        (0x04, 0x00) => "not ready",
        (0x04, 0x01) => "becoming ready",
        (0x04, 0x02) => "stopped; it must be started",
        (0x0C, _) => "write error",
        (0x11, _) => "unrecovered read error",
        (0x1A, 0x00) => "wrong parameter list length",
        (0x1D, 0x00) => "the data did not compare equal",
        (0x20, 0x00) => "unknown command",
        (0x21, 0x00) => "block address out of range",
        (0x24, 0x00) => "wrong field in the command",
        (0x25, 0x00) => "no such logical unit",
        (0x26, _) => "wrong field in the parameter list",
        (0x27, _) => "write protected",
        (0x28, 0x00) => "the medium may have changed",
        (0x29, _) => "power on or reset",
        (0x2A, _) => "parameters changed",
        (0x39, 0x00) => "saving parameters is not supported",
        (0x3A, _) => "no medium",
        (0x3F, _) => "the device changed",
        (0x44, _) => "internal failure",
        (0x47, _) => "parity or CRC error on the way",
        (0x4B, _) => "data phase error",
        (0x55, _) => "out of resources",
        _ => $"code 0x{Code:X2}, qualifier 0x{Qualifier:X2}",
    };

    /// <summary>Reads sense data of fixed or descriptor format (SPC-4 4.5.2 and 4.5.3).</summary>
    /// <param name="data">The bytes, as many as the device gave.</param>
    /// <param name="sense">What they say.</param>
    /// <returns>False when they are neither, or too few.</returns>
    public static bool TryParse(ReadOnlySpan<byte> data, out ScsiSense sense)
    {
        sense = default;
        if (data.Length < 8) return false;
        int format = data[0] & 0x7F;
        bool deferred = (format & 1) != 0;
        switch (format)
        {
            case 0x70 or 0x71:
                long? information = (data[0] & 0x80) != 0 ? BinaryPrimitives.ReadUInt32BigEndian(data[3..]) : null;
                sense = new ScsiSense(
                    (ScsiSenseKey)(data[2] & 0xF), data.Length > 12 ? data[12] : (byte)0, data.Length > 13 ? data[13] : (byte)0, information, deferred);
                return true;
            case 0x72 or 0x73:
                sense = new ScsiSense((ScsiSenseKey)(data[1] & 0xF), data[2], data[3], InformationDescriptor(data), deferred);
                return true;
            default:
                return false;
        }
    }

    /// <summary>One line, such as <c>IllegalRequest 21h/00h: block address out of range</c>.</summary>
    public override string ToString() =>
        $"{Key} {Code:X2}h/{Qualifier:X2}h: {Text}{(Information is { } block ? $" (at {block})" : "")}{(IsDeferred ? ", of an earlier command" : "")}";

    private static long? InformationDescriptor(ReadOnlySpan<byte> data)
    {
        const byte information = 0x00, valid = 0x80;
        int end = Math.Min(data.Length, 8 + data[7]);
        for (int at = 8; at + 12 <= end; at += 2 + data[at + 1])
        {
            if (data[at] == information && (data[at + 2] & valid) != 0) return (long)BinaryPrimitives.ReadUInt64BigEndian(data[(at + 4)..]);
        }

        return null;
    }
}
