using System.Buffers.Binary;
using DmaKit.Devices;

namespace DmaKit.Drivers.Tests;

/// <summary>Judges each frame that a card plays: what one source has there, silence, or something else. Allocates nothing.</summary>
internal sealed class HeardSink(NoiseSource source) : SoundSink
{
    private long _gap;

    public long Frames { get; private set; }

    public long Right { get; private set; }

    public long Silent { get; private set; }

    public long Wrong { get; private set; }

    /// <summary>The longest run of silent frames.</summary>
    public long LongestGap { get; private set; }

    public override void Write(StreamFormat format, ReadOnlySpan<byte> frames)
    {
        for (int at = 0; at < frames.Length; at += 4, Frames++)
        {
            int left = BinaryPrimitives.ReadInt16LittleEndian(frames[at..]), right = BinaryPrimitives.ReadInt16LittleEndian(frames[(at + 2)..]);
            bool isRight = left == source.At(Frames, 0) && right == source.At(Frames, 1);
            bool isSilent = !isRight && left == 0 && right == 0;
            if (isRight) Right++;
            else if (isSilent) Silent++;
            else Wrong++;
            _gap = isSilent ? _gap + 1 : 0;
            LongestGap = Math.Max(LongestGap, _gap);
        }
    }
}
