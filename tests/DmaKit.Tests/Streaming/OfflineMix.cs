using System.Buffers.Binary;

namespace DmaKit.Tests;

/// <summary>
/// A mix of whole stretches, frame by frame and sample by sample with nothing but loops: what a composer's ring must be equal to, bit for bit. It knows of each stretch
/// from where to where it is heard, and its gain at each frame.
/// </summary>
internal sealed class OfflineMix(StreamFormat ring)
{
    private readonly List<Part> _parts = [];

    /// <summary>A stretch of a source.</summary>
    internal sealed class Part
    {
        internal required StreamFormat Format { get; init; }

        internal required byte[] Frames { get; init; }

        internal required double[,] Weights { get; init; }

        internal required long Start { get; init; }

        internal required long Join { get; init; }

        internal long Leave { get; set; }

        /// <summary>Gains: the last one that begins at or before a frame counts.</summary>
        internal List<Change> Levels { get; } = [];

        /// <summary>Swelling in, dying away: all count.</summary>
        internal List<Change> Fades { get; } = [];

        internal long End => Start + (Frames.Length / Format.FrameBytes);
    }

    internal sealed record Change(long Start, long Length, double From, double To)
    {
        internal double At(long frame)
        {
            double x = frame < Start ? 0 : frame >= Start + Length ? 1 : (frame - Start + 0.5) / Length;
            return x == 0 ? From : x == 1 ? To : From + ((To - From) * (x * x * (3 - (2 * x))));
        }
    }

    internal void Add(Part part) => _parts.Add(part);

    internal byte[] Mix(long frames)
    {
        byte[] bytes = new byte[frames * ring.FrameBytes];
        for (long frame = 0; frame < frames; frame++)
            for (int c = 0; c < ring.Channels; c++)
                Sample(frame, c, bytes.AsSpan((int)(frame * ring.FrameBytes) + (c * ring.SampleBytes), ring.SampleBytes));
        return bytes;
    }

    private void Sample(long frame, int channel, Span<byte> to)
    {
        float single = 0;
        long whole = 0;
        foreach (Part part in _parts)
        {
            if (frame < part.Join || frame >= part.Leave) continue;
            double gain = part.Levels.Last(l => l.Start <= frame).At(frame);
            foreach (Change fade in part.Fades) gain *= fade.At(frame);
            float rounded = (float)gain;
            double sample = 0;
            for (int s = 0; s < part.Format.Channels; s++)
                if (part.Weights[channel, s] is var weight and not 0) sample += weight == 1 ? Read(part, frame, s) : Read(part, frame, s) * weight;
            switch (ring.Samples)
            {
                case SampleFormat.Float32:
                    single = MathF.FusedMultiplyAdd((float)sample, rounded, single);
                    break;
                case SampleFormat.UInt8 or SampleFormat.Int16:
                    whole += (long)Math.Round((double)((float)(Math.Clamp(sample, -8, 8) * 32768) * (rounded * 16)));
                    break;
                default:
                    whole += (long)Math.Round(Math.Clamp(sample, -8, 8) * rounded * (1L << 39));
                    break;
            }
        }

        switch (ring.Samples)
        {
            case SampleFormat.Float32:
                BinaryPrimitives.WriteSingleLittleEndian(to, Math.Clamp(single, -1, 1));
                break;
            case SampleFormat.UInt8:
                to[0] = (byte)(128 + Rounded(whole, 12, 127));
                break;
            case SampleFormat.Int16:
                BinaryPrimitives.WriteInt16LittleEndian(to, (short)Rounded(whole, 4, short.MaxValue));
                break;
            case SampleFormat.Int24:
                long three = Rounded(whole, 16, (1 << 23) - 1);
                (to[0], to[1], to[2]) = ((byte)three, (byte)(three >> 8), (byte)(three >> 16));
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(to, (int)Rounded(whole, 8, int.MaxValue));
                break;
        }
    }

    private static long Rounded(long sum, int bits, long most) => Math.Clamp((long)Math.Floor((sum + Math.Pow(2, bits - 1)) / Math.Pow(2, bits)), -most - 1, most);

    private static double Read(Part part, long frame, int channel)
    {
        ReadOnlySpan<byte> at = part.Frames.AsSpan((int)((frame - part.Start) * part.Format.FrameBytes) + (channel * part.Format.SampleBytes));
        return part.Format.Samples switch
        {
            SampleFormat.UInt8 => (at[0] - 128) / 128.0,
            SampleFormat.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at) / 32768.0,
            SampleFormat.Int24 => ((at[0] << 8 | at[1] << 16 | at[2] << 24) >> 8) / 8388608.0,
            SampleFormat.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at) / 2147483648.0,
            SampleFormat.Float32 => BinaryPrimitives.ReadSingleLittleEndian(at),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(at),
        };
    }
}
