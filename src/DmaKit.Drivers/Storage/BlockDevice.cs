using System.Numerics;

namespace DmaKit.Drivers;

/// <summary>A device that reads and writes blocks by number: a disk.</summary>
/// <remarks>
/// Safe from any thread; requests may overlap in time, and how many the device has at once is its driver's business. Requests that
/// overlap in place are done in no particular order. Memory of a system buffer is read and written without a copy where the
/// device reaches it, managed memory through map registers.
/// </remarks>
public abstract class BlockDevice
{
    /// <summary>What the device says of itself.</summary>
    public abstract BlockDeviceInfo Info { get; }

    /// <summary>Reads whole blocks. On an error the content of <paramref name="data"/> is undefined, but nobody writes it any more.</summary>
    /// <param name="offset">Where, in bytes: a multiple of the block size.</param>
    /// <param name="data">Where the bytes go: a multiple of the block size long, of any length up to the device's end.</param>
    /// <param name="cancellationToken">Gives up. Data that lies where the device writes it keeps the call until the device let go of it.</param>
    /// <exception cref="ArgumentException">Offset or length are not multiples of the block size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The bytes do not lie on the device.</exception>
    /// <exception cref="BlockDeviceException">The device failed.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public ValueTask ReadAsync(long offset, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        Check(offset, data.Length);
        return data.IsEmpty ? ValueTask.CompletedTask : ReadBlocksAsync(offset, data, cancellationToken);
    }

    /// <summary>Writes whole blocks. They survive a loss of power only after <see cref="FlushAsync"/>.</summary>
    /// <param name="offset">Where, in bytes: a multiple of the block size.</param>
    /// <param name="data">The bytes, a multiple of the block size long; not to be changed until the call has ended.</param>
    /// <param name="cancellationToken">Gives up. What was written until then stays.</param>
    /// <exception cref="ArgumentException">Offset or length are not multiples of the block size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The bytes do not lie on the device.</exception>
    /// <exception cref="BlockDeviceException">The device failed; some blocks may be written and others not.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        Check(offset, data.Length);
        return data.IsEmpty ? ValueTask.CompletedTask : WriteBlocksAsync(offset, data, cancellationToken);
    }

    /// <summary>Ends when every write that ended before is on the medium.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BlockDeviceException">The device failed.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads whole blocks; the arguments were checked.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="data">Where the bytes go; one block or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    protected abstract ValueTask ReadBlocksAsync(long offset, Memory<byte> data, CancellationToken cancellationToken);

    /// <summary>Writes whole blocks; the arguments were checked.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="data">The bytes; one block or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    protected abstract ValueTask WriteBlocksAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    private void Check(long offset, int length)
    {
        BlockDeviceInfo info = Info;
        int block = info.BlockSize;

        // What nearly every request is, without a division.
        bool isWhole = BitOperations.IsPow2(block) && ((offset | (long)length) & (block - 1)) == 0;
        if (!isWhole && offset % block != 0)
            throw new ArgumentException($"Offset {offset} is not a multiple of the block size, {block} bytes.", nameof(offset));
        if (!isWhole && length % block != 0)
            throw new ArgumentException($"A length of {length} bytes is not a multiple of the block size, {block} bytes.", "data");
        if (offset < 0 || offset > info.Length - length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes at {offset} do not lie on a device of {info.Length} bytes.");
    }
}
