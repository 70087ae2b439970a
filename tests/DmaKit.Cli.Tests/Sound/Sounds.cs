using System.Buffers.Binary;
using DmaKit.Formats;

namespace DmaKit.Cli.Tests;

/// <summary>WAV files for tests.</summary>
internal static class Sounds
{
    /// <summary>Writes a file of noise that is the same for the same seed.</summary>
    internal static string Noise(string path, WavFormat format, int frames, int seed, double loudness = 1)
    {
        using var writer = new WavWriter(File.Create(path), format);
        writer.Write(Samples(format, frames, seed, loudness));
        writer.Complete();
        return path;
    }

    internal static byte[] Samples(WavFormat format, int frames, int seed, double loudness = 1)
    {
        var random = new Random(seed);
        var data = new byte[frames * format.FrameBytes];
        int bytes = format.Bits / 8;
        for (int at = 0; at < data.Length; at += bytes)
        {
            double sample = (random.NextDouble() * 2 - 1) * loudness * 0.999;
            Span<byte> place = data.AsSpan(at, bytes);
            if (format.Encoding == WavEncoding.Float)
            {
                if (bytes == 4) BinaryPrimitives.WriteSingleLittleEndian(place, (float)sample);
                else BinaryPrimitives.WriteDoubleLittleEndian(place, sample);
                continue;
            }

            if (bytes == 1)
            {
                place[0] = (byte)(128 + sample * 127);
                continue;
            }

            int value = (int)(sample * int.MaxValue) >> (32 - format.Bits);
            for (int i = 0; i < bytes; i++) place[i] = (byte)(value >> (8 * i));
        }

        return data;
    }

    internal static (WavFormat Format, byte[] Samples) Read(string path)
    {
        using WavReader reader = WavReader.Open(File.OpenRead(path));
        var data = new byte[(reader.Frames ?? 0) * reader.Format.FrameBytes];
        Assert.Equal(data.Length, reader.Read(data));
        return (reader.Format, data);
    }

    internal static short[] Shorts(byte[] data)
    {
        var samples = new short[data.Length / 2];
        for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(data.AsSpan(2 * i));
        return samples;
    }
}
