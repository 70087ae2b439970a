using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>A machine with one sound card, whoever makes it.</summary>
internal abstract class SoundHost : IAsyncDisposable
{
    /// <summary>The machine.</summary>
    internal abstract DmaPlatform Platform { get; }

    /// <summary>Where the card is.</summary>
    internal abstract string CardAddress { get; }

    /// <summary>What the card did: counted by the device where its model is ours, else at the port.</summary>
    internal abstract DeviceCounters Card { get; }

    /// <summary>How many frames of silence must follow what is to be heard to its end: what a card has fetched and not played when it is switched off is never heard.</summary>
    internal virtual int TailFrames => 0;

    /// <summary>Work on the machine; on a stepped machine the caller's thread is the machine.</summary>
    internal virtual Task RunAsync(Func<Task> work) => work();

    /// <summary>Sets where what is played goes.</summary>
    internal virtual void PlayInto(SoundOutput output)
    {
    }

    /// <summary>Ends the machine, and takes over what it has played.</summary>
    internal virtual ValueTask FinishAsync(SoundOutput output) => ValueTask.CompletedTask;

    public abstract ValueTask DisposeAsync();
}
