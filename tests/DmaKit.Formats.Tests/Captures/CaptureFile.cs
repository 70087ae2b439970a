using System.Buffers.Binary;

namespace DmaKit.Formats.Tests;

/// <summary>Captures made by hand, byte by byte: an independent witness of what the formats are.</summary>
internal sealed class CaptureFile(bool bigEndian = false)
{
    private readonly MemoryStream _bytes = new();

    public byte[] Bytes => _bytes.ToArray();

    public static CaptureFile Pcap(bool bigEndian = false, uint magic = 0xA1B2C3D4, uint linkType = 1, ushort minor = 4) =>
        new CaptureFile(bigEndian).Long(magic).Word(2).Word(minor).Long(0).Long(0).Long(65_535).Long(linkType);

    public CaptureFile Record(uint seconds, uint fraction, byte[] data, uint? captured = null, uint? original = null) =>
        Long(seconds).Long(fraction).Long(captured ?? (uint)data.Length).Long(original ?? (uint)data.Length).Raw(data);

    /// <summary>A pcapng block: type, length, body padded to 4, length.</summary>
    public CaptureFile Block(uint type, Action<CaptureFile> body, uint? length = null, uint? again = null)
    {
        var inner = new CaptureFile(bigEndian);
        body(inner);
        inner.Raw(new byte[-(int)inner._bytes.Length & 3]);
        uint all = length ?? (uint)inner._bytes.Length + 12;
        return Long(type).Long(all).Raw(inner.Bytes).Long(again ?? all);
    }

    public CaptureFile Section(ushort minor = 0) => Block(0x0A0D0D0A, b => b.Long(0x1A2B3C4D).Word(1).Word(minor).Long(uint.MaxValue).Long(uint.MaxValue));

    public CaptureFile Interface(ushort linkType = 1, uint snap = 0, byte? resolution = null, long? offset = null) => Block(1, b =>
    {
        b.Word(linkType).Word(0).Long(snap);
        if (resolution is { } power) b.Word(9).Word(1).Raw([power, 0, 0, 0]);
        if (offset is { } seconds) b.Word(14).Word(8).Number(seconds);
        b.Long(0);
    });

    public CaptureFile Enhanced(uint number, ulong units, byte[] data, uint? captured = null, uint? original = null) => Block(6, b => b
        .Long(number).Long((uint)(units >> 32)).Long((uint)units).Long(captured ?? (uint)data.Length).Long(original ?? (uint)data.Length).Raw(data));

    public CaptureFile Word(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (bigEndian) BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        else BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public CaptureFile Long(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public CaptureFile Number(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (bigEndian) BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        else BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public CaptureFile Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>All packets of a capture, their bytes copied.</summary>
    public static List<CapturedPacket> ReadAll(byte[] file)
    {
        var packets = new List<CapturedPacket>();
        using CaptureReader reader = CaptureReader.Open(new MemoryStream(file));
        while (reader.Read()) packets.Add(reader.Packet with { Data = reader.Packet.Data.ToArray() });
        return packets;
    }
}
