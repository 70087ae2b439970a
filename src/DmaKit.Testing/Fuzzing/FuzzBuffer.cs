using System.Buffers.Binary;

namespace DmaKit.Testing;

/// <summary>The bytes of an input while it is made: room for the longest one, used again and again. What does not fit is cut off.</summary>
internal sealed class FuzzBuffer(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Set(ReadOnlySpan<byte> bytes)
    {
        Length = Math.Min(bytes.Length, capacity);
        bytes[..Length].CopyTo(_bytes);
    }

    public void Cut(int length) => Length = Math.Min(length, Length);

    public void Remove(int offset, int count)
    {
        _bytes.AsSpan(offset + count, Length - offset - count).CopyTo(_bytes.AsSpan(offset));
        Length -= count;
    }

    public void Insert(int offset, ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, capacity - offset);
        int kept = Math.Min(Length - offset, capacity - offset - count);
        _bytes.AsSpan(offset, kept).CopyTo(_bytes.AsSpan(offset + count));
        bytes[..count].CopyTo(_bytes.AsSpan(offset));
        Length = offset + count + kept;
    }

    public ulong Read(FuzzField field)
    {
        ReadOnlySpan<byte> at = _bytes.AsSpan(field.Offset);
        return field.Size switch
        {
            1 => at[0],
            2 => field.BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at),
            4 => field.BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at),
            _ => field.BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at),
        };
    }

    public void Write(FuzzField field, ulong value)
    {
        for (int i = 0; i < field.Size; i++)
        {
            int place = field.BigEndian ? field.Size - 1 - i : i;
            _bytes[field.Offset + place] = (byte)(value >> (8 * i));
        }
    }
}
