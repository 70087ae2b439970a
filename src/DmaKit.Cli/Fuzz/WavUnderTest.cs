using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>A reader of WAV files as the fuzzer sees it, so that a test can put a broken one in its place.</summary>
internal abstract class WavUnderTest
{
    /// <summary>What frames look like.</summary>
    internal abstract WavFormat Format { get; }

    /// <summary>How many frames there are; null where only the end will tell.</summary>
    internal abstract long? Frames { get; }

    /// <summary>Reads whole frames; 0 at the end.</summary>
    internal abstract int Read(Span<byte> frames);

    /// <summary>Goes to a frame.</summary>
    internal abstract void Seek(long frame);

    /// <summary>The library's own reader.</summary>
    internal static WavUnderTest Open(Stream stream, bool piped) => new Ours(WavReader.Open(stream, leaveOpen: true, piped));

    private sealed class Ours(WavReader reader) : WavUnderTest
    {
        internal override WavFormat Format => reader.Format;

        internal override long? Frames => reader.Frames;

        internal override int Read(Span<byte> frames) => reader.Read(frames);

        internal override void Seek(long frame) => reader.Seek(frame);
    }
}
