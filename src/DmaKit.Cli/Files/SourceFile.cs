using System.Runtime.CompilerServices;

namespace DmaKit.Cli;

/// <summary>Where data comes from: a file, a pipe, the standard input. Read once, in order.</summary>
internal sealed class SourceFile : IDisposable
{
    private const int StagingBytes = 64 * 1024;

    private readonly Stream _stream;
    private readonly byte[]? _staging;

    private SourceFile(string path, Stream stream, long? length)
    {
        Path = path;
        _stream = stream;
        Length = length;

        // A read of a pipe cannot be called back: after Ctrl-C it would still write into memory that is gone by then.
        _staging = length is null ? new byte[StagingBytes] : null;
    }

    /// <summary>As the user named it.</summary>
    internal string Path { get; }

    /// <summary>How long it promised to be when it was opened; null for a pipe.</summary>
    internal long? Length { get; }

    /// <summary>Opens a source while the output is claimed, so that they cannot be the same file.</summary>
    /// <param name="path">Its path, or <c>-</c>.</param>
    /// <param name="host">Whose standard input.</param>
    /// <param name="claim">The claimed output.</param>
    /// <param name="cancellationToken">Gives up: opening a pipe waits for somebody at its other end.</param>
    internal static async Task<SourceFile> OpenAsync(string path, ToolHost host, OutputClaim claim, CancellationToken cancellationToken)
    {
        if (PathCheck.IsStandardStream(path))
        {
            if (host.ListenForSignals && OutputClaim.IsFileWithContent("/dev/stdin")) claim.OpenInput(path, "input").Dispose();
            return new SourceFile("standard input", host.OpenInput(), null);
        }

        PathCheck.Existing(path, "input");
        FileStream file = await Task.Run(() => claim.OpenInput(path, "input"), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new SourceFile(path, file, file.CanSeek && file.Length > 0 ? file.Length : null);
    }

    /// <summary>Fills a buffer as far as the source goes.</summary>
    /// <returns>How many bytes; fewer than the buffer has only at the end.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int read = await ReadSomeAsync(buffer[filled..], cancellationToken).ConfigureAwait(false);
            if (read == 0) break;
            filled += read;
        }

        return filled;
    }

    /// <summary>Reads what is there, or waits for something.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ErrorText.OfFile("read", Path, e);
        }
    }

    public void Dispose() => _stream.Dispose();

    private ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _staging is null ? _stream.ReadAsync(buffer, cancellationToken) : ReadStagedAsync(buffer, cancellationToken);

    private async ValueTask<int> ReadStagedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Memory<byte> staging = _staging.AsMemory(0, Math.Min(StagingBytes, buffer.Length));
        ValueTask<int> reading = _stream.ReadAsync(staging, CancellationToken.None);
        int read = reading.IsCompleted
            ? await reading.ConfigureAwait(false)
            : await reading.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        staging[..read].CopyTo(buffer);
        return read;
    }
}
