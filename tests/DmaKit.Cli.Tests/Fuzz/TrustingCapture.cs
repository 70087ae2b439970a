using System.Buffers.Binary;
using DmaKit.Formats;

namespace DmaKit.Cli.Tests;

/// <summary>The known-buggy twin of the capture reader: classic pcap in one byte order, and with each defect that the fuzzer is for.</summary>
internal sealed class TrustingCapture(Stream stream, CaptureDefect defect) : CaptureUnderTest
{
    private CapturedPacket _packet;

    internal override CapturedPacket Packet => _packet;

    internal override CaptureFormat Format => CaptureFormat.PcapMicroseconds;

    internal static CaptureUnderTest Open(Stream stream, CaptureDefect defect)
    {
        byte[] head = new byte[24];
        if (stream.ReadAtLeast(head, 24, throwOnEndOfStream: false) < 24 || BinaryPrimitives.ReadUInt32LittleEndian(head) != 0xA1B2C3D4)
            throw new MalformedFileException("No such capture.", 0);
        return new TrustingCapture(stream, defect);
    }

    internal override bool Read()
    {
        byte[] head = new byte[16];
        int got = stream.ReadAtLeast(head, 16, throwOnEndOfStream: false);
        if (got == 0) return false;
        if (got < 16 && defect != CaptureDefect.Overruns) throw new MalformedFileException("The file was cut short.", 0);
        uint captured = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)), original = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(12));
        if (captured > original && defect != CaptureDefect.Overruns) throw new MalformedFileException("More bytes than there were.", 0);

        // Believes the length: memory for what is not there.
        byte[] data = new byte[Math.Min(captured, 64 << 20)];
        if (defect == CaptureDefect.TrustsLength) _ = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        for (int at = 0; defect == CaptureDefect.Loops && at < data.Length;) at += stream.Read(data, at, data.Length - at);
        if (defect == CaptureDefect.Overruns) stream.ReadExactly(data);
        _packet = new CapturedPacket(new CaptureTime(BinaryPrimitives.ReadUInt32LittleEndian(head), 0), data, original, 1, 0);
        return true;
    }
}
