using System.Runtime.CompilerServices;

namespace DmaKit;

/// <summary>
/// A ring as a <see cref="Stream"/>: a playing one can be written, a capturing one can be read. Writes wait for room and reads for data. For a
/// <c>PipeReader</c> of captured data use <c>PipeReader.Create</c> with it.
/// </summary>
/// <remarks>
/// Belongs to one thread at a time, with the ring's writer or reader. Bytes that do not make a whole frame are kept for the next call; of a
/// capture, what was lost is left out (see <see cref="Lost"/>). Disposing it leaves the transfer alone. Writing and reading need a transfer that was
/// prepared or started; a stopped one takes nothing (<see cref="IOException"/>), and reads as ended when it is empty.
/// </remarks>
/// <param name="transfer">The ring.</param>
public sealed class CyclicStream(CyclicTransfer transfer) : Stream
{
    private readonly byte[] _frame = new byte[transfer.FrameBytes];
    private int _held;

    /// <summary>How many captured bytes were overwritten before this stream read them.</summary>
    public long Lost { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => transfer.Direction == DmaDirection.FromDevice;

    /// <inheritdoc/>
    public override bool CanWrite => transfer.Direction == DmaDirection.ToDevice;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("A ring has no length.");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("See the transfer's positions.");
        set => throw new NotSupportedException("A ring cannot be sought; use WriteAt.");
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_held > 0)
        {
            int fill = Math.Min(_frame.Length - _held, buffer.Length);
            buffer.Span[..fill].CopyTo(_frame.AsSpan(_held));
            _held += fill;
            buffer = buffer[fill..];
            if (_held < _frame.Length) return;
            await WholeAsync(_frame, cancellationToken).ConfigureAwait(false);
            _held = 0;
        }

        int over = buffer.Length % _frame.Length;
        if (buffer.Length > over) await WholeAsync(buffer[..^over], cancellationToken).ConfigureAwait(false);
        buffer.Span[^over..].CopyTo(_frame);
        _held = over;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        if (_held == 0 && buffer.Length >= _frame.Length) return Note(await transfer.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

        // Less than a frame is wanted, or left of one: frames go out in pieces.
        if (_held == 0) _held = Note(await transfer.ReadAsync(_frame, cancellationToken).ConfigureAwait(false));
        int part = Math.Min(_held, buffer.Length);
        _frame.AsSpan(_frame.Length - _held, part).CopyTo(buffer.Span);
        _held -= part;
        return part;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>Does nothing: the device plays what is in the ring without being told.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A ring cannot be sought; use WriteAt.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A ring has no length.");

    private async ValueTask WholeAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        int written = await transfer.WriteAsync(frames, cancellationToken).ConfigureAwait(false);
        if (written < frames.Length) throw new IOException($"Ring '{transfer.Name}' is {transfer.State}: {frames.Length - written} bytes were not written.");
    }

    private int Note(CyclicRead read)
    {
        Lost += read.Lost;
        return read.Length;
    }
}
