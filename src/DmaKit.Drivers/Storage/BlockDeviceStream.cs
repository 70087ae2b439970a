namespace DmaKit.Drivers;

/// <summary>
/// The bytes of a block device as a stream, at any offset and of any length: what does not begin or end at a block is read,
/// changed and written back.
/// </summary>
/// <remarks>
/// <para>One caller at a time, as with every stream. Nothing is kept in between: a write has reached the device when it has ended, and the
/// medium after a flush. Two streams of one device must not write into the same block at once.</para>
/// <para>The synchronous members block their thread on the asynchronous ones, because <see cref="Stream"/> demands them. On a machine
/// that stands still until that thread moves it they never return: use the asynchronous ones there.</para>
/// </remarks>
/// <param name="device">The device; it stays the caller's.</param>
public sealed class BlockDeviceStream(BlockDevice device) : Stream
{
    private readonly BlockDevice _device = device ?? throw new ArgumentNullException(nameof(device));
    private readonly byte[] _block = new byte[device.Info.BlockSize];
    private long _position;
    private bool _disposed;

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanSeek => !_disposed;

    /// <inheritdoc/>
    public override bool CanWrite => !_disposed && !_device.Info.IsReadOnly;

    /// <summary>The length of the device in bytes. It cannot be changed.</summary>
    public override long Length
    {
        get
        {
            ThrowIfDisposed();
            return _device.Info.Length;
        }
    }

    /// <summary>Where the next read or write begins, in bytes. May lie behind the end: reads there give nothing, writes fail.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public override long Position
    {
        get
        {
            ThrowIfDisposed();
            return _position;
        }

        set
        {
            ThrowIfDisposed();
            _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A position is 0 or more.");
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        int length = (int)Math.Min(buffer.Length, Math.Max(0, Length - _position));
        for (int done = 0; done < length;)
        {
            (long at, int within, int part) = Next(_position + done, length - done);
            if (part == 0)
            {
                int whole = (length - done) / _block.Length * _block.Length;
                await _device.ReadAsync(at, buffer.Slice(done, whole), cancellationToken).ConfigureAwait(false);
                done += whole;
                continue;
            }

            await _device.ReadAsync(at, _block, cancellationToken).ConfigureAwait(false);
            _block.AsMemory(within, part).CopyTo(buffer[done..]);
            done += part;
        }

        _position += length;
        return length;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The bytes do not fit before the end of the device; nothing was written.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (!CanWrite) throw new NotSupportedException("The device is read-only.");
        if (buffer.Length > Length - _position)
            throw new IOException($"{buffer.Length} bytes at {_position} do not fit a device of {Length} bytes. Nothing was written.");
        for (int done = 0; done < buffer.Length;)
        {
            (long at, int within, int part) = Next(_position + done, buffer.Length - done);
            if (part == 0)
            {
                int whole = (buffer.Length - done) / _block.Length * _block.Length;
                await _device.WriteAsync(at, buffer.Slice(done, whole), cancellationToken).ConfigureAwait(false);
                done += whole;
                continue;
            }

            await _device.ReadAsync(at, _block, cancellationToken).ConfigureAwait(false);
            buffer.Slice(done, part).CopyTo(_block.AsMemory(within));
            await _device.WriteAsync(at, _block, cancellationToken).ConfigureAwait(false);
            done += part;
        }

        _position += buffer.Length;
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return _device.FlushAsync(cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        long start = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => Position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "An origin is Begin, Current or End."),
        };
        long position = checked(start + offset);
        if (position < 0) throw new IOException($"Seek to {position}, before the start.");
        return Position = position;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush() => FlushAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Not possible: a device has the length that it has.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw new NotSupportedException($"A block device has a fixed length, {Length} bytes.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        base.Dispose(disposing);
    }

    /// <summary>The next step: a part of one block, or, with part 0, as many whole blocks as there are.</summary>
    private (long At, int Within, int Part) Next(long position, int left)
    {
        int within = (int)(position % _block.Length);
        bool whole = within == 0 && left >= _block.Length;
        return (position - within, within, whole ? 0 : Math.Min(left, _block.Length - within));
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
