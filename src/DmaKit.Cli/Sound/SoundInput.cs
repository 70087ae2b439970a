using System.Globalization;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>An opened source: its file, its format, and what of it is played.</summary>
internal sealed class SoundInput : IDisposable
{
    private const int MostPipeBytes = 1 << 30;
    private const int MostChannels = 64;

    private readonly WavReader _reader;

    private SoundInput(SoundSpec spec, string name, WavReader reader)
    {
        Spec = spec;
        Name = name;
        _reader = reader;
        Source = new WavSource(reader);
    }

    /// <summary>As it was typed.</summary>
    internal SoundSpec Spec { get; }

    /// <summary>Its name for messages.</summary>
    internal string Name { get; }

    /// <summary>Its samples, at its own rate.</summary>
    internal WavSource Source { get; }

    /// <summary>Opens a source while the output is claimed, so that they cannot be the same file.</summary>
    /// <param name="spec">Which.</param>
    /// <param name="raw">What bare samples on the standard input look like.</param>
    /// <param name="host">Whose standard input.</param>
    /// <param name="claim">The claimed output.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<SoundInput> OpenAsync(SoundSpec spec, WavFormat raw, ToolHost host, OutputClaim claim, CancellationToken cancellationToken)
    {
        bool isStream = PathCheck.IsStandardStream(spec.Path);
        string name = isStream ? "standard input" : PathText.Show(spec.Path);
        using SourceFile file = await SourceFile.OpenAsync(spec.Path, host, claim, cancellationToken).ConfigureAwait(false);
        Stream? stream = null;
        try
        {
            // What is mixed is read again now and then: a pipe cannot do that.
            bool piped = file.Length is null;
            stream = piped ? await SpoolAsync(file, cancellationToken).ConfigureAwait(false) : claim.OpenInput(spec.Path, "input");
            WavReader reader = isStream && !IsWav(stream) ? WavReader.OpenRaw(stream, raw) : WavReader.Open(stream, piped: piped);
            if (reader.Frames == 0) throw new ToolException($"{name} has no samples");
            if (reader.Format.Channels > MostChannels) throw new ToolException($"{name} has {reader.Format.Channels} channels; {MostChannels} at most can be mixed");
            return new SoundInput(spec, name, reader);
        }
        catch (MalformedFileException e)
        {
            stream?.Dispose();
            throw new ToolException($"{name}: {HelpText.LowerFirst(e.Message).TrimEnd('.')}", ExitCode.Failed, e);
        }
        catch
        {
            stream?.Dispose();
            throw;
        }
    }

    /// <summary>What it is at a rate: itself, or worked out anew.</summary>
    internal IStreamSource At(double rate)
    {
        if (Source.Format.Rate == rate) return Source;
        if (Source.Format.Rate < rate / 256 || Source.Format.Rate > rate * 256)
            throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"{Name} has {Source.Format.Rate:#,0} frames a second, which cannot be converted to {rate:#,0}"));
        return new ResampledSource(Source, rate);
    }

    /// <summary>Says what went wrong with the file while it was played.</summary>
    internal void ThrowIfFailed()
    {
        if (Source.Failure is { } failure) throw new ToolException($"{Name}: {HelpText.LowerFirst(failure.Message).TrimEnd('.')}", ExitCode.Failed, failure);
    }

    public void Dispose() => _reader.Dispose();

    private static async Task<MemoryStream> SpoolAsync(SourceFile file, CancellationToken cancellationToken)
    {
        var kept = new MemoryStream();
        var part = new byte[64 * 1024];
        while (await file.FillAsync(part, cancellationToken).ConfigureAwait(false) is var got and > 0)
        {
            if (kept.Length + got > MostPipeBytes) throw new ToolException($"{file.Path} brings more than {SizeText.Show(MostPipeBytes)}; write it to a file first");
            kept.Write(part, 0, got);
            if (got < part.Length) break;
        }

        kept.Position = 0;
        return kept;
    }

    private static bool IsWav(Stream stream)
    {
        Span<byte> start = stackalloc byte[4];
        long at = stream.Position;
        int got = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        stream.Position = at;
        return got == 4 && start.SequenceEqual("RIFF"u8);
    }
}
