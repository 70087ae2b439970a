using System.Runtime.CompilerServices;
using DmaKit.Drivers;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>A capture whose packets are to be sent: what is wrong with it becomes one line that names the file and the packet.</summary>
internal sealed class CaptureInput : IDisposable
{
    private readonly SourceFile _source;
    private readonly CaptureReader _reader;

    private CaptureInput(SourceFile source, CaptureReader reader)
    {
        _source = source;
        _reader = reader;
    }

    /// <summary>The packet that was read last.</summary>
    internal CapturedPacket Packet => _reader.Packet;

    /// <summary>Its format.</summary>
    internal CaptureFormat Format => _reader.Format;

    /// <summary>The most bytes of a packet that it says it keeps.</summary>
    internal int SnapLength => _reader.SnapLength;

    /// <summary>Opens it while the output is claimed, and reads its head.</summary>
    internal static async Task<CaptureInput> OpenAsync(string path, ToolHost host, OutputClaim claim, CancellationToken cancellationToken)
    {
        SourceFile source = await SourceFile.OpenAsync(path, host, claim, cancellationToken).ConfigureAwait(false);
        try
        {
            CaptureReader reader = await CaptureReader.OpenAsync(new SourceStream(source), leaveOpen: true, cancellationToken).ConfigureAwait(false);
            return new CaptureInput(source, reader);
        }
        catch (MalformedFileException e)
        {
            source.Dispose();
            throw Explain(source, e);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next packet, which is one that the card can send.</summary>
    /// <returns>False at the end.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _reader.ReadAsync(cancellationToken).ConfigureAwait(false)) return false;
        }
        catch (MalformedFileException e)
        {
            throw Explain(_source, e);
        }

        CapturedPacket packet = _reader.Packet;
        if (packet.LinkType != CapturedPacket.Ethernet)
            throw Refuse($"has link type {packet.LinkType}; the card sends Ethernet frames (link type {CapturedPacket.Ethernet})");
        if (packet.Data.Length is 0 or > Rtl8139Driver.LongestSent)
            throw Refuse($"has {SizeText.Exact(packet.Data.Length)} bytes; the card sends 1 to {SizeText.Exact(Rtl8139Driver.LongestSent)}");
        return true;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _source.Dispose();
    }

    private ToolException Refuse(string why) => new($"packet {SizeText.Exact(_reader.Count)} of {PathText.Show(_source.Path)} {why}");

    private static ToolException Explain(SourceFile source, MalformedFileException error) =>
        new($"{PathText.Show(source.Path)}: {HelpText.LowerFirst(ErrorText.Of(error))}", ExitCode.Failed, error);
}
