using DmaKit.Devices;
using DmaKit.Formats;
using DmaKit.Platforms;
using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>QEMU's machine with QEMU's card, whose cable ends in a WAV file that QEMU writes, or begins in one that it reads.</summary>
/// <remarks>
/// A file has two channels of 16 bits at the card's own rate: then QEMU's mixer leaves the samples as they are. The one that is written is whole when QEMU has ended.
/// </remarks>
internal sealed class QemuSoundHost : SoundHost
{
    private const string Address = "0000:00:03.0", Cable = "a0";
    private const int Channels = 2, SampleBytes = 2, ChunkFrames = 4096;

    private readonly QemuPlatform _platform;
    private readonly QemuSoundFile? _file;
    private readonly QemuSoundSource? _source;
    private readonly string? _wire;
    private readonly int _channels;
    private readonly PortCounter _counter = new();

    private QemuSoundHost(QemuPlatform platform, QemuSoundFile? file, string? wire, QemuSoundSource? source, int channels)
    {
        _platform = platform;
        _file = file;
        _wire = wire;
        _source = source;
        _channels = channels;
        _platform.AddObserver(_counter);
    }

    internal override DmaPlatform Platform => _platform;

    internal override string CardAddress => Address;

    internal override DeviceCounters Card => _counter.Counters;

    // QEMU's card is ahead of its cable by a buffer of 1,024 frames and a tick.
    internal override int TailFrames => 4096;

    /// <summary>Starts a machine that plays.</summary>
    /// <param name="platform">QEMU with or without VT-d.</param>
    /// <param name="format">What is played.</param>
    /// <param name="wire">Where QEMU keeps its own file; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<QemuSoundHost> StartPlayingAsync(PlatformKind platform, StreamFormat format, string? wire, CancellationToken cancellationToken)
    {
        QemuSoundFile? file = wire is null ? new QemuSoundFile() : null;
        QemuPlatform? qemu = null;
        try
        {
            string backend = file?.Backend(Cable, format.Rate) ?? QemuSoundFile.BackendFor(Path.GetFullPath(wire!), Cable, format.Rate);
            qemu = await StartAsync(platform, backend, source: null, cancellationToken).ConfigureAwait(false);

            // A file that QEMU cannot open is a card that stands still: better told now.
            if (wire is not null) Create(wire);
            return new QemuSoundHost(qemu, file, wire, source: null, format.Channels);
        }
        catch
        {
            if (qemu is not null) await qemu.DisposeAsync().ConfigureAwait(false);
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Starts a machine that captures.</summary>
    /// <param name="platform">QEMU with or without VT-d.</param>
    /// <param name="format">What is captured.</param>
    /// <param name="sound">What the card hears, silence after it.</param>
    /// <param name="frames">How many frames are captured.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<QemuSoundHost> StartCapturingAsync(
        PlatformKind platform, StreamFormat format, IStreamSource sound, long frames, CancellationToken cancellationToken)
    {
        var source = new QemuSoundSource();
        try
        {
            Fill(source, format, sound, Math.Min(frames, sound.Frames));
            QemuPlatform qemu = await StartAsync(platform, source.Backend(Cable, format.Rate), source, cancellationToken).ConfigureAwait(false);
            return new QemuSoundHost(qemu, null, null, source, format.Channels);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    internal override async ValueTask FinishAsync(SoundOutput output)
    {
        if (_file is null && _wire is null) return;
        await _platform.DisposeAsync().ConfigureAwait(false);
        try
        {
            using WavReader reader = WavReader.Open(_file?.OpenRead() ?? File.OpenRead(_wire!));
            var frames = new byte[ChunkFrames * Channels * SampleBytes];
            while (reader.Read(frames) is > 0 and var read)
                output.Write(_channels == Channels ? frames.AsSpan(0, read) : OneChannel(frames.AsSpan(0, read)));
        }
        catch (Exception e) when (e is MalformedFileException or IOException)
        {
            throw new ToolException($"what QEMU wrote is no sound: {ErrorText.Of(e)}", ExitCode.Failed, e);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync().ConfigureAwait(false);
        _file?.Dispose();
        _source?.Dispose();
    }

    private static Task<QemuPlatform> StartAsync(PlatformKind platform, string backend, QemuSoundSource? source, CancellationToken cancellationToken) => QemuPlatform.StartAsync(
        new QemuPlatformOptions
        {
            MemoryBytes = 32 << 20,
            Iommu = platform == PlatformKind.QemuVtd,
            AudioBackends = [backend],
            Variables = source?.Variables ?? new Dictionary<string, string>(),
            Devices = [$"ES1370,audiodev={Cable},addr=3"],
        },
        cancellationToken);

    /// <summary>Writes a sound into a source. One channel is the left one: what captures in one channel hears the sum of both.</summary>
    private static void Fill(QemuSoundSource source, StreamFormat format, IStreamSource sound, long count)
    {
        var wire = new WireSource(sound);
        var samples = new byte[ChunkFrames * format.FrameBytes];
        var frames = new byte[ChunkFrames * Channels * SampleBytes];
        for (long done = 0; done < count; done += ChunkFrames)
        {
            int part = (int)Math.Min(ChunkFrames, count - done);
            Span<byte> some = samples.AsSpan(0, part * format.FrameBytes);
            wire.Read(format, some);
            if (format.Channels == Channels)
            {
                source.Append(some);
                continue;
            }

            for (int at = 0; at < part; at++) some.Slice(at * SampleBytes, SampleBytes).CopyTo(frames.AsSpan(at * Channels * SampleBytes));
            source.Append(frames.AsSpan(0, part * Channels * SampleBytes));
        }
    }

    private static void Create(string path)
    {
        try
        {
            File.Create(path).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ErrorText.OfFile("write", path, e);
        }
    }

    /// <summary>What is played in one channel comes out of both. They are the same: the left one is moved to the front.</summary>
    private static ReadOnlySpan<byte> OneChannel(Span<byte> frames)
    {
        for (int at = 0; at < frames.Length / Channels; at += SampleBytes) frames.Slice(at * Channels, SampleBytes).CopyTo(frames[at..]);
        return frames[..(frames.Length / Channels)];
    }
}
