using System.Buffers.Binary;

namespace DmaKit.Formats.Tests;

/// <summary>WAV files for tests, built by hand: nothing of the writer is used.</summary>
internal static class WavFiles
{
    /// <summary>A plain file: 16 bits, 2 channels, 44,100 Hz, header of 44 bytes.</summary>
    internal static byte[] Plain(int dataBytes = 40) => Build([Chunk("fmt ", Format(1, 2, 44_100, 4, 16)), Chunk("data", Samples(dataBytes))]);

    internal static byte[] Samples(int bytes)
    {
        byte[] samples = new byte[bytes];
        new Random(bytes).NextBytes(samples);
        return samples;
    }

    internal static byte[] Build(params byte[][] chunks)
    {
        byte[] all = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, .. chunks.SelectMany(c => c)];
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(4), all.Length - 8);
        return all;
    }

    internal static byte[] Chunk(string name, byte[] bytes) => [.. System.Text.Encoding.ASCII.GetBytes(name), .. BitConverter.GetBytes(bytes.Length), .. bytes, .. new byte[bytes.Length & 1]];

    internal static byte[] Format(int tag, int channels, int rate, int blockAlign, int bits) =>
        [.. BitConverter.GetBytes((short)tag), .. BitConverter.GetBytes((short)channels), .. BitConverter.GetBytes(rate), .. BitConverter.GetBytes(rate * blockAlign), .. BitConverter.GetBytes((short)blockAlign), .. BitConverter.GetBytes((short)bits)];

    internal static byte[] Extensible(int tag, int channels, int rate, int bits, int validBits, uint mask) =>
        [.. Format(0xFFFE, channels, rate, channels * bits / 8, bits), 22, 0, .. BitConverter.GetBytes((short)validBits), .. BitConverter.GetBytes(mask), .. new Guid(tag, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71).ToByteArray()];

    internal static byte[] With(byte[] file, int offset, params byte[] bytes)
    {
        byte[] changed = [.. file];
        bytes.CopyTo(changed, offset);
        return changed;
    }

    /// <summary>Reads all samples.</summary>
    internal static byte[] ReadAll(WavReader reader, int portion = 1 << 16)
    {
        var all = new MemoryStream();
        byte[] buffer = new byte[Math.Max(portion, reader.Format.FrameBytes)];
        while (reader.Read(buffer) is var count and > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }
}
