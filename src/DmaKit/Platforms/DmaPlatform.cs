namespace DmaKit.Platforms;

/// <summary>
/// A machine that has devices: emulated in this process, QEMU's, or the one this process runs on. A driver sees nothing else of it.
/// </summary>
/// <remarks>
/// Safe from any thread. Disposal closes every function that is still open, repeats every misuse report, and is the moment from
/// which memory that was handed out is really gone.
/// </remarks>
public abstract class DmaPlatform : IAsyncDisposable
{
    /// <summary>The platform's name for people, such as <c>emulated</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The time that devices and drivers on this platform live by.</summary>
    public abstract TimeProvider Clock { get; }

    /// <summary>Where what follows an awaited operation runs.</summary>
    public abstract ContinuationScheduler Continuations { get; }

    /// <summary>The functions that can be opened, in order of address.</summary>
    public abstract IReadOnlyList<PciFunctionInfo> Functions { get; }

    /// <summary>Misuse that could not be thrown where it happened, because it was found in a disposal or a handler.</summary>
    public MisuseLog Misuse { get; } = new();

    /// <summary>Who is told of every change of ownership; null, the default, is off and costs nothing. Set it before a function is opened.</summary>
    public DmaObserver? Observer { get; set; }

    /// <summary>Opens a function for this program alone.</summary>
    /// <param name="address">Its address, such as <c>0000:03:00.0</c>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="DmaException">There is no such function, or somebody has it open.</exception>
    public abstract ValueTask<PciFunction> OpenAsync(string address, CancellationToken cancellationToken = default);

    /// <summary>Allocates ordinary memory of the machine: virtually contiguous, physically wherever.</summary>
    /// <param name="length">The length in bytes, 1 or more; rounded up to whole pages inside.</param>
    /// <exception cref="DmaResourceException">The machine has no such memory left.</exception>
    public abstract SystemBuffer AllocateSystemBuffer(long length);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
