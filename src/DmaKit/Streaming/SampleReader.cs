using System.Buffers.Binary;

namespace DmaKit;

/// <summary>Reads samples of any format as 64-bit floating point, full scale 1: exact for every one of them.</summary>
internal static class SampleReader
{
    internal static void Read(SampleFormat format, ReadOnlySpan<byte> bytes, Span<double> samples)
    {
        switch (format)
        {
            case SampleFormat.UInt8:
                for (int i = 0; i < samples.Length; i++) samples[i] = (bytes[i] - 128) * (1.0 / 128);
                break;
            case SampleFormat.Int16:
                for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) * (1.0 / 32768);
                break;
            case SampleFormat.Int24:
                for (int i = 0; i < samples.Length; i++) samples[i] = (bytes[3 * i] | (bytes[(3 * i) + 1] << 8) | ((sbyte)bytes[(3 * i) + 2] << 16)) * (1.0 / (1 << 23));
                break;
            case SampleFormat.Int32:
                for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]) * (1.0 / (1L << 31));
                break;
            case SampleFormat.Float32:
                for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                break;
            default:
                for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                break;
        }
    }
}
