using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>The capture that a verb writes. At any moment what is in the file is a whole capture.</summary>
/// <remarks>Belongs to one task at a time.</remarks>
internal sealed class CaptureOutput : IAsyncDisposable
{
    private readonly TargetFile _target;
    private readonly MemoryStream _staged = new();
    private readonly CaptureWriter _writer;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CancellationToken _giveUp;
    private long _good;
    private bool _broken;

    private CaptureOutput(TargetFile target, CaptureWriterOptions options, CancellationToken giveUp)
    {
        _target = target;
        _giveUp = giveUp;
        _writer = new CaptureWriter(_staged, options);
    }

    /// <summary>How many packets were written.</summary>
    internal long Count => _writer.Count;

    /// <summary>Their bytes.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The hash of all packets' bytes, as hexadecimal digits.</summary>
    internal string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Creates or empties the file, and writes the head. Call it after every check.</summary>
    /// <param name="path">Its path, or <c>-</c>.</param>
    /// <param name="format">Its format; null to go by its name, and then by what is sent.</param>
    /// <param name="like">What is sent, which pcap then looks like; null for none.</param>
    /// <param name="host">Whose standard output.</param>
    /// <param name="giveUp">Ends a write that nobody takes.</param>
    internal static async Task<CaptureOutput> OpenAsync(string path, CaptureFormat? format, CaptureInput? like, ToolHost host, CancellationToken giveUp)
    {
        var options = new CaptureWriterOptions
        {
            Format = format ?? (path.EndsWith(".pcapng", StringComparison.OrdinalIgnoreCase) ? CaptureFormat.PcapNg
                : like?.Format == CaptureFormat.PcapMicroseconds ? CaptureFormat.PcapMicroseconds
                : CaptureFormat.Pcap),
            SnapLength = like?.SnapLength ?? CapturedPacket.MostBytes,
        };
        TargetFile target = await TargetFile.OpenAsync(path, host, giveUp).ConfigureAwait(false);
        var output = new CaptureOutput(target, options, giveUp);
        try
        {
            await output.FlushAsync().ConfigureAwait(false);
            return output;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>Writes a packet; into the file when many have come together.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask WriteAsync(CaptureTime time, ReadOnlyMemory<byte> frame)
    {
        try
        {
            _writer.Write(time, frame.Span);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ToolException($"packet {SizeText.Exact(_writer.Count + 1)} cannot be written: its time is {time}; pcap has places for 1970 to 2106, pcapng (--format pcapng) to 2554", ExitCode.Failed, e);
        }

        _hash.AppendData(frame.Span);
        Bytes += frame.Length;
        if (_staged.Length > 0) await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Writes what waits into the file.</summary>
    internal async ValueTask FlushAsync()
    {
        if (_broken) return;
        _writer.Flush();
        int length = (int)_staged.Length;
        if (length == 0) return;
        try
        {
            await _target.WriteAsync(_staged.GetBuffer().AsMemory(0, length), _giveUp).ConfigureAwait(false);
        }
        catch
        {
            // A packet may have been written in part: a file is cut back to the last whole one, and nothing follows.
            _broken = true;
            _target.CutBack(_good);
            throw;
        }
        finally
        {
            _staged.SetLength(0);
        }

        _good += length;
    }

    public ValueTask DisposeAsync()
    {
        _target.Dispose();
        _hash.Dispose();
        return ValueTask.CompletedTask;
    }
}
