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
    private readonly List<Func<DmaDomain, DomainMemory, DomainMemory>> _interposed = [];
    private DmaObserver? _observer;

    /// <summary>Used by platforms. Where the environment asks for a verifier (<c>DMAKIT_VERIFY</c>), the platform gets one.</summary>
    /// <exception cref="DmaException">It asks for one, and there is none beside the program.</exception>
    protected DmaPlatform() => VerifierSwitch.Attach(this);

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

    /// <summary>Who is told of every change of ownership; null, the default, is off and costs nothing. Later than at construction: <see cref="AddObserver"/>.</summary>
    public DmaObserver? Observer
    {
        get => _observer;
        init
        {
            if (value is not null) AddObserver(value);
        }
    }

    /// <summary>Adds somebody who is told of every change of ownership, after those who are there. Before a function is opened.</summary>
    /// <param name="observer">Who is told.</param>
    public void AddObserver(DmaObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        _observer = _observer is null ? observer : new ObserverPair(_observer, observer);
    }

    /// <summary>Takes an observer away again that <see cref="AddObserver"/> added. What was opened before may still tell it.</summary>
    /// <param name="observer">Who is told no more.</param>
    public void RemoveObserver(DmaObserver observer) => _observer = ObserverPair.Without(_observer, observer);

    /// <summary>
    /// Puts something between the core and the platform's memory, in every domain whose first adapter is yet to come: a checker that fences runs
    /// of memory, or one that refuses them on purpose. The last one that was put stands next to the core.
    /// </summary>
    /// <param name="wrap">Makes the memory that the core sees, of the domain's and of what it saw before.</param>
    public void InterposeMemory(Func<DmaDomain, DomainMemory, DomainMemory> wrap)
    {
        ArgumentNullException.ThrowIfNull(wrap);
        lock (_interposed) _interposed.Add(wrap);
    }

    /// <summary>
    /// Whether bytes of other requests are kept out of every page that a device reaches through a mapping. A system buffer is then never in a
    /// device's address space as a whole: whole pages of a request that begins on a page are entered for as long as it is mapped; its ragged end, which
    /// shares a page with other bytes, and a request that begins elsewhere are copied. Only where an IOMMU translates; without one a device reaches all memory, and this changes nothing. Set it
    /// before a function is opened.
    /// </summary>
    public bool PrivatePages { get; set; }

    internal DomainMemory Interpose(DmaDomain domain, DomainMemory memory)
    {
        if (PrivatePages && memory.Translates) memory = new PrivatePages(memory);
        lock (_interposed)
            foreach (Func<DmaDomain, DomainMemory, DomainMemory> wrap in _interposed) memory = wrap(domain, memory);
        return memory;
    }

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
