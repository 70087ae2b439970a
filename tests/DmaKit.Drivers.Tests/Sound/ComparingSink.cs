using System.Buffers.Binary;
using DmaKit.Devices;

namespace DmaKit.Drivers.Tests;

/// <summary>Compares what a card plays with an offline mix as it comes: the saturated sum of sources, each at its frame.</summary>
internal sealed class ComparingSink : SoundSink
{
    private readonly List<(NoiseSource Source, long Start)> _sources = [];

    public long Frames { get; private set; }

    public long Wrong { get; private set; }

    public long FirstWrong { get; private set; } = -1;

    public long Saturated { get; private set; }

    public void Expect(NoiseSource source, long start) => _sources.Add((source, start));

    public override void Write(StreamFormat format, ReadOnlySpan<byte> frames)
    {
        for (int at = 0; at < frames.Length; at += 2)
        {
            int channel = at / 2 & 1;
            int sum = 0;
            foreach ((NoiseSource source, long start) in _sources) sum += source.At(Frames - start, channel);
            short expected = (short)Math.Clamp(sum, short.MinValue, short.MaxValue);
            if (expected != sum) Saturated++;
            if (BinaryPrimitives.ReadInt16LittleEndian(frames[at..]) != expected)
            {
                if (Wrong++ == 0) FirstWrong = Frames;
            }

            if (channel == 1) Frames++;
        }
    }
}
