using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>A reader of captures as the fuzzer sees it, so that a test can put a broken one in its place.</summary>
internal abstract class CaptureUnderTest
{
    /// <summary>The packet that was read last.</summary>
    internal abstract CapturedPacket Packet { get; }

    /// <summary>The format, for writing it again.</summary>
    internal abstract CaptureFormat Format { get; }

    /// <summary>Reads the next packet; false at the end.</summary>
    internal abstract bool Read();

    /// <summary>The library's own reader.</summary>
    internal static CaptureUnderTest Open(Stream stream) => new Ours(CaptureReader.Open(stream, leaveOpen: true));

    private sealed class Ours(CaptureReader reader) : CaptureUnderTest
    {
        internal override CapturedPacket Packet => reader.Packet;

        internal override CaptureFormat Format => reader.Format;

        internal override bool Read() => reader.Read();
    }
}
