using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>
/// A function's registers behind one base address register. Accesses are 8, 16, 32 or 64 bits wide, naturally aligned and little-endian.
/// </summary>
/// <remarks>
/// A write is a publish point: every earlier store to a common buffer is visible to the device before it, so that a doorbell
/// needs no barrier of the driver's. A read completes after every earlier write has reached the device, is an acquire point,
/// and blocks until the device answered. Safe from any thread; two writes of one thread arrive in order.
/// </remarks>
public abstract class RegisterWindow
{
    private readonly PciFunction? _function;

    /// <summary>Makes a window of a function.</summary>
    /// <param name="function">Whose registers these are; null only for a window that no function owns.</param>
    /// <param name="bar">The number of the base address register, 0 to 5.</param>
    /// <param name="length">The length in bytes.</param>
    protected RegisterWindow(PciFunction? function, int bar, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _function = function;
        Bar = bar;
        Length = length;
    }

    /// <summary>The number of the base address register, 0 to 5.</summary>
    public int Bar { get; }

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <summary>Reads 8 bits.</summary>
    /// <param name="offset">Bytes from the start of the window.</param>
    /// <exception cref="ArgumentOutOfRangeException">The access does not lie in the window.</exception>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    public byte Read8(long offset) => (byte)Read(offset, 1);

    /// <summary>Reads 16 bits.</summary>
    /// <inheritdoc cref="Read8"/>
    public ushort Read16(long offset) => (ushort)Read(offset, 2);

    /// <summary>Reads 32 bits.</summary>
    /// <inheritdoc cref="Read8"/>
    public uint Read32(long offset) => (uint)Read(offset, 4);

    /// <summary>Reads 64 bits, where the platform can as one access.</summary>
    /// <inheritdoc cref="Read8"/>
    public ulong Read64(long offset) => Read(offset, 8);

    /// <summary>Writes 8 bits; a publish point.</summary>
    /// <param name="offset">Bytes from the start of the window.</param>
    /// <param name="value">What to write.</param>
    /// <exception cref="ArgumentOutOfRangeException">The access does not lie in the window, or is not naturally aligned.</exception>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    public void Write8(long offset, byte value) => Write(offset, 1, value);

    /// <summary>Writes 16 bits; a publish point.</summary>
    /// <inheritdoc cref="Write8"/>
    public void Write16(long offset, ushort value) => Write(offset, 2, value);

    /// <summary>Writes 32 bits; a publish point.</summary>
    /// <inheritdoc cref="Write8"/>
    public void Write32(long offset, uint value) => Write(offset, 4, value);

    /// <summary>Writes 64 bits, where the platform can as one access; a publish point.</summary>
    /// <inheritdoc cref="Write8"/>
    public void Write64(long offset, ulong value) => Write(offset, 8, value);

    /// <summary>The platform's read of <paramref name="size"/> bytes; offset and alignment were checked.</summary>
    /// <param name="offset">Bytes from the start of the window.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    protected abstract ulong ReadCore(long offset, int size);

    /// <summary>The platform's write of <paramref name="size"/> bytes; offset and alignment were checked and earlier stores published.</summary>
    /// <param name="offset">Bytes from the start of the window.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="value">What to write, in the low bytes.</param>
    protected abstract void WriteCore(long offset, int size, ulong value);

    private ulong Read(long offset, int size)
    {
        Check(offset, size);
        ulong value = ReadCore(offset, size);
        Fence.Acquire();
        return value;
    }

    private void Write(long offset, int size, ulong value)
    {
        Check(offset, size);
        _function?.NoteRegisterWrite(this, offset, size, value);
        Fence.Publish();
        WriteCore(offset, size, value);
    }

    private void Check(long offset, int size)
    {
        if ((ulong)offset > (ulong)Length || Length - offset < size || (offset & (size - 1)) != 0)
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset,
                $"A {size * 8}-bit access at offset 0x{offset:X} of BAR {Bar}: it must lie within 0x{Length:X} bytes and be a multiple of {size}.");
    }
}
