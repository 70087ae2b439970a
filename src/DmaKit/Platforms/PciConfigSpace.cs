namespace DmaKit.Platforms;

/// <summary>A function's configuration space: 256 bytes, or 4,096 for PCI Express. Little-endian, naturally aligned.</summary>
/// <remarks>Safe from any thread.</remarks>
public abstract class PciConfigSpace
{
    /// <summary>The length in bytes: 256 or 4,096.</summary>
    public abstract int Length { get; }

    /// <summary>Reads 8 bits.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <exception cref="ArgumentOutOfRangeException">The access does not lie in the space, or is not naturally aligned.</exception>
    public byte Read8(int offset) => (byte)Read(offset, 1);

    /// <summary>Reads 16 bits.</summary>
    /// <inheritdoc cref="Read8"/>
    public ushort Read16(int offset) => (ushort)Read(offset, 2);

    /// <summary>Reads 32 bits.</summary>
    /// <inheritdoc cref="Read8"/>
    public uint Read32(int offset) => Read(offset, 4);

    /// <summary>Writes 8 bits.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="value">What to write; read-only bits keep their value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The access does not lie in the space, or is not naturally aligned.</exception>
    public void Write8(int offset, byte value) => Write(offset, 1, value);

    /// <summary>Writes 16 bits.</summary>
    /// <inheritdoc cref="Write8"/>
    public void Write16(int offset, ushort value) => Write(offset, 2, value);

    /// <summary>Writes 32 bits.</summary>
    /// <inheritdoc cref="Write8"/>
    public void Write32(int offset, uint value) => Write(offset, 4, value);

    /// <summary>The platform's read; offset and alignment were checked.</summary>
    protected abstract uint ReadCore(int offset, int size);

    /// <summary>The platform's write; offset and alignment were checked.</summary>
    protected abstract void WriteCore(int offset, int size, uint value);

    private uint Read(int offset, int size)
    {
        Check(offset, size);
        return ReadCore(offset, size);
    }

    private void Write(int offset, int size, uint value)
    {
        Check(offset, size);
        WriteCore(offset, size, value);
    }

    private void Check(int offset, int size)
    {
        if (offset < 0 || offset > Length - size || (offset & (size - 1)) != 0)
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset, $"A {size * 8}-bit access at 0x{offset:X} of a configuration space of 0x{Length:X} bytes; it must be a multiple of {size}.");
    }
}
