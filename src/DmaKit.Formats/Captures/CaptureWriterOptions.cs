namespace DmaKit.Formats;

/// <summary>What a written capture is like.</summary>
public sealed record CaptureWriterOptions
{
    /// <summary>The format.</summary>
    public CaptureFormat Format { get; init; }

    /// <summary>What packets begin with, 0 to 65,535; <see cref="CapturedPacket.Ethernet"/>, if nothing is said.</summary>
    public int LinkType
    {
        get;
        init => field = value is >= 0 and <= ushort.MaxValue
            ? value
            : throw new ArgumentOutOfRangeException(nameof(LinkType), value, $"LinkType is {value}; legal: 0 to 65,535.");
    } = CapturedPacket.Ethernet;

    /// <summary>What the head says is the most bytes that are kept of a packet, 1 to <see cref="CapturedPacket.MostBytes"/>. The writer itself cuts none.</summary>
    public int SnapLength
    {
        get;
        init => field = value is >= 1 and <= CapturedPacket.MostBytes
            ? value
            : throw new ArgumentOutOfRangeException(nameof(SnapLength), value, $"SnapLength is {value}; legal: 1 to {CapturedPacket.MostBytes}.");
    } = CapturedPacket.MostBytes;

    /// <summary>Whether numbers have their highest byte first.</summary>
    public bool BigEndian { get; init; }

    /// <summary>Whether the stream stays open when the writer is disposed.</summary>
    public bool LeaveOpen { get; init; }
}
