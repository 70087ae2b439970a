using System.Buffers.Binary;

namespace DmaKit.Drivers.Tests;

/// <summary>Stereo noise of 16 bits that is worked out from the frame's number: any frame of it, at any time, without memory.</summary>
internal sealed class NoiseSource(uint seed, long frames, int loudness = 32_767) : IStreamSource
{
    public StreamFormat Format => SoundMachine.Cd;

    public long Frames => frames;

    /// <summary>A sample; silence outside of the source.</summary>
    public int At(long frame, int channel)
    {
        if (frame < 0 || frame >= frames) return 0;
        uint mixed = ((uint)frame * 2 + (uint)channel + seed) * 0x9E3779B1;
        mixed = (mixed ^ mixed >> 15) * 0x85EBCA77;
        return (int)((short)(mixed >> 11) * (long)loudness >> 15);
    }

    public ReadOnlySpan<byte> Read(long frame, int count, Span<byte> scratch)
    {
        for (int i = 0; i < 2 * count; i++) BinaryPrimitives.WriteInt16LittleEndian(scratch[(2 * i)..], (short)At(frame + i / 2, i & 1));
        return scratch[..(4 * count)];
    }
}
