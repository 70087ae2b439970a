using System.Runtime.CompilerServices;

namespace DmaKit.Cli;

/// <summary>Where data goes: a file, a pipe, the standard output. Written once, in order.</summary>
internal sealed class TargetFile : IDisposable
{
    private readonly Stream _stream;
    private readonly bool _mayBlock;
    private byte[] _staging = [];

    private TargetFile(string path, Stream stream, bool mayBlock)
    {
        Path = path;
        _stream = stream;
        _mayBlock = mayBlock;
    }

    /// <summary>As the user named it.</summary>
    internal string Path { get; }

    /// <summary>Creates or empties the file. Call it after every check.</summary>
    /// <param name="path">Its path, or <c>-</c>.</param>
    /// <param name="host">Whose standard output.</param>
    /// <param name="cancellationToken">Gives up: opening a pipe waits for somebody at its other end.</param>
    internal static async Task<TargetFile> OpenAsync(string path, ToolHost host, CancellationToken cancellationToken)
    {
        if (PathCheck.IsStandardStream(path)) return new TargetFile("standard output", host.OpenOutput(), mayBlock: true);
        try
        {
            FileStream file = await Task.Run(
                () => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous),
                CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
            return new TargetFile(path, file, mayBlock: !file.CanSeek);
        }
        catch (IOException e) when (FileLock.IsTaken(e))
        {
            throw new ToolException($"output {PathText.Show(path)} is in use by another process", ExitCode.Failed, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ErrorText.OfFile("write", path, e);
        }
    }

    /// <summary>The file itself, for writers of formats.</summary>
    internal Stream Stream => _stream;

    /// <summary>Writes all of a buffer.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            if (_mayBlock) await WriteStagedAsync(buffer, cancellationToken).ConfigureAwait(false);
            else await _stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The framework has an exception of its own for a file that grows beyond a limit.
            throw ErrorText.OfFile("write", Path, e);
        }
    }

    /// <summary>Takes away what was written behind a length, after a write that failed. Where that cannot be done it stays.</summary>
    internal void CutBack(long length)
    {
        try
        {
            if (_stream is FileStream { CanSeek: true } file) file.SetLength(length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure of the write is told; this one adds nothing to it.
        }
    }

    public void Dispose() => _stream.Dispose();

    // A write to a full pipe cannot be called back: after Ctrl-C it would still read memory that is gone by then.
    private async ValueTask WriteStagedAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_staging.Length < buffer.Length) _staging = new byte[buffer.Length];
        buffer.CopyTo(_staging);
        await Task.Run(async () => await _stream.WriteAsync(_staging.AsMemory(0, buffer.Length), CancellationToken.None).ConfigureAwait(false), CancellationToken.None)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
