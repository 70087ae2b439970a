using System.Security.Cryptography;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>Where the sound goes: a WAV file, or bare samples on the standard output. At any end what is in the file is a whole WAV file.</summary>
/// <remarks>Written by one thread at a time.</remarks>
internal sealed class SoundOutput : IDisposable
{
    private readonly TargetFile? _target;
    private readonly WavWriter? _wav;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly int _frameBytes;

    private SoundOutput(long frames) => FramesWanted = frames;

    private SoundOutput(TargetFile target, WavFormat format, long frames, bool raw)
    {
        _target = target;
        _frameBytes = format.FrameBytes;
        FramesWanted = frames;

        // To a file the header is put right at the end; to a pipe it must be right at once.
        if (!raw) _wav = new WavWriter(target.Stream, format, target.Stream.CanSeek ? null : frames, leaveOpen: true);
    }

    /// <summary>How many frames it is to have.</summary>
    internal long FramesWanted { get; }

    /// <summary>How many it has.</summary>
    internal long Frames { get; private set; }

    /// <summary>Why it could not be written; null where it could.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>One that no sound comes to: a real card plays to its own cable.</summary>
    /// <param name="frames">How many frames are played.</param>
    internal static SoundOutput Elsewhere(long frames) => new(frames);

    /// <summary>The hash of all samples, as hexadecimal digits; null where no sound comes.</summary>
    internal string? Sha256() => _target is null ? null : Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Creates or empties the file. Call it after every check.</summary>
    internal static async Task<SoundOutput> OpenAsync(string path, WavFormat format, long frames, ToolHost host, CancellationToken cancellationToken)
    {
        bool raw = PathCheck.IsStandardStream(path);
        if (!raw && frames > WavHeader.MaximumDataBytes(format) / format.FrameBytes)
            throw new ToolException($"{SizeText.Exact(frames)} frames are more than a WAV file can have; --out - writes bare samples of any length");
        TargetFile target = await TargetFile.OpenAsync(path, host, cancellationToken).ConfigureAwait(false);
        try
        {
            return new SoundOutput(target, format, frames, raw);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            target.Dispose();
            throw ErrorText.OfFile("write", target.Path, e);
        }
    }

    /// <summary>Writes frames, as many as are still wanted. A failure is kept, and nothing more is written: a card has nobody to tell.</summary>
    internal void Write(ReadOnlySpan<byte> frames)
    {
        frames = frames[..(int)Math.Min(frames.Length, (FramesWanted - Frames) * _frameBytes)];
        if (frames.IsEmpty || Failure is not null) return;
        try
        {
            if (_wav is null) _target!.Stream.Write(frames);
            else _wav.Write(frames);
            _hash.AppendData(frames);
            Frames += frames.Length / _frameBytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ClosedPipeException)
        {
            Failure = e;
        }
    }

    /// <summary>Ends the file.</summary>
    /// <exception cref="ToolException">It could not be written.</exception>
    internal void Complete()
    {
        ThrowIfFailed();
        if (_target is null)
        {
            Frames = FramesWanted;
            return;
        }

        try
        {
            _wav?.Complete();
            _target.Stream.Flush();
        }
        catch (IOException e)
        {
            throw ErrorText.OfFile("write", _target.Path, e);
        }
    }

    /// <summary>Says why it could not be written.</summary>
    internal void ThrowIfFailed()
    {
        if (Failure is ClosedPipeException closed) throw closed;
        if (Failure is { } failure) throw ErrorText.OfFile("write", _target!.Path, failure);
    }

    public void Dispose()
    {
        _wav?.Dispose();
        _target?.Dispose();
        _hash.Dispose();
    }
}
