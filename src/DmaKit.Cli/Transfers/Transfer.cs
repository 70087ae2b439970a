using System.Security.Cryptography;

namespace DmaKit.Cli;

/// <summary>One transfer under way: buffers, what is in flight, the running hash, and how far it has come.</summary>
internal sealed class Transfer : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CancellationTokenSource _patience = new();
    private readonly CancellationTokenRegistration _interruption;

    // How long what is in flight may still take after Ctrl-C, before it is aborted.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    internal Transfer(TransferBuffers buffers, Meter meter, CancellationToken interrupted)
    {
        Buffers = buffers;
        Meter = meter;
        Interrupted = interrupted;
        InFlight = new InFlight(buffers.Count);
        _interruption = interrupted.UnsafeRegister(static state => ((CancellationTokenSource)state!).CancelAfter(DrainLimit), _patience);
    }

    /// <summary>The buffers, one a place.</summary>
    internal TransferBuffers Buffers { get; }

    /// <summary>What the disk has.</summary>
    internal InFlight InFlight { get; }

    /// <summary>How far it has come.</summary>
    internal Meter Meter { get; }

    /// <summary>Ctrl-C: begin nothing new.</summary>
    internal CancellationToken Interrupted { get; }

    /// <summary>For requests at the disk: they are drained after Ctrl-C, and given up only when that takes too long.</summary>
    internal CancellationToken GiveUp => _patience.Token;

    /// <summary>Adds bytes to the hash, in order.</summary>
    internal void Hash(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The hash of all bytes added, as hexadecimal digits.</summary>
    internal string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose()
    {
        _interruption.Dispose();
        _patience.Dispose();
        _hash.Dispose();
    }
}
