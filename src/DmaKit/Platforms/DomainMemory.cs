namespace DmaKit.Platforms;

/// <summary>
/// A platform's mechanism behind a <see cref="DmaDomain"/>: one logical address space. Policy (quarantine, pools, queues,
/// limits of mappings) is the core's; here is only what needs the machine.
/// </summary>
/// <remarks>Safe from any thread; called without any lock of the core held that another call of it needs.</remarks>
public abstract class DomainMemory
{
    /// <summary>The page size of mappings and map registers, in bytes: a power of two.</summary>
    public abstract int PageSize { get; }

    /// <summary>Whether an IOMMU translates: logical addresses are then not physical ones, and unmapping is proof of quiet for host memory.</summary>
    public abstract bool Translates { get; }

    /// <summary>What the bus and the platform allow, whatever the device can do.</summary>
    public virtual DmaConstraints Limits => DmaConstraints.None;

    /// <summary>How many map registers (bounce pages) the domain may have. Their memory is taken when the first one is needed.</summary>
    public virtual int MapRegisterCount => 1024;

    /// <summary>What the map registers are made of, if there are any.</summary>
    public virtual MapRegisterKind MapRegisterKind => MapRegisterCount > 0 ? MapRegisterKind.BouncePage : MapRegisterKind.None;

    /// <summary>Whether common buffers cost map registers, one a page. Usually they need none.</summary>
    public virtual bool ChargesCommonBuffers => false;

    /// <summary>
    /// From how many pages on, side by side in this process, it costs less to let entries of the IOMMU lead to them for the time of a mapping than to
    /// copy them: 1 where it always does, and null, the default, where only measuring tells. Where registers are <see cref="MapRegisterKind.IommuEntry"/>.
    /// </summary>
    public virtual int? PointFromPages => null;

    /// <summary>Whether <see cref="TryPoint"/> takes any memory of this process that stays where it is, and not only the platform's own.</summary>
    public virtual bool PointsAnywhere => false;

    /// <summary>
    /// Sets logical addresses aside, as many as a run of <see cref="TryAllocate"/> has and close to those, at which nothing is mapped until
    /// <see cref="TryPoint"/>. They stay set aside.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="highest">The highest address that any byte may have.</param>
    /// <param name="window">The first of them, on a page; modulo the run's length, rounded up to a power of two, what the run's is.</param>
    /// <returns>False where registers are no <see cref="MapRegisterKind.IommuEntry"/>, or there are no such addresses left.</returns>
    public virtual bool TryOpenWindow(in MemoryRun run, LogicalAddress highest, out LogicalAddress window)
    {
        window = default;
        return false;
    }

    /// <summary>Lets pages of a window lead to memory of this process, which stays where it is until <see cref="Unpoint"/>.</summary>
    /// <param name="at">The first address, on a page, at which nothing is mapped.</param>
    /// <param name="host">Where the memory is in this process; a multiple of <see cref="PageSize"/>.</param>
    /// <param name="length">Its length in bytes, a multiple of <see cref="PageSize"/>.</param>
    /// <param name="direction">Memory that goes to the device can only be read by it, where the IOMMU tells the two apart.</param>
    /// <returns>False where that cannot be: nothing is mapped there then.</returns>
    public virtual bool TryPoint(LogicalAddress at, nint host, long length, DmaDirection direction) => false;

    /// <summary>Takes away what <see cref="TryPoint"/> mapped: after this returns no device comes to the memory, the invalidation confirmed.</summary>
    /// <param name="at">The first address.</param>
    /// <param name="length">How many bytes, which may be those of several calls: all that each of them mapped.</param>
    public virtual void Unpoint(LogicalAddress at, long length)
    {
    }

    /// <summary>Gets a run of zeroed memory, contiguous to the device, that meets <paramref name="request"/>.</summary>
    /// <param name="request">Length and limits.</param>
    /// <param name="run">The run, if there is one.</param>
    /// <returns>False when there is none now: not an error.</returns>
    /// <exception cref="DeviceLostException">The platform is gone.</exception>
    public abstract bool TryAllocate(in RunRequest request, out MemoryRun run);

    /// <summary>
    /// Which limit of the system stood in the way of the last run that was refused, how much was asked and how it is raised, as sentences;
    /// null where there was just no such memory. For the texts of exceptions.
    /// </summary>
    public virtual string? Shortage => null;

    /// <summary>The longest run, in bytes, that <see cref="TryAllocate"/> could give under these limits now; 0 when none.</summary>
    public abstract long LargestRun(in RunRequest request);

    /// <summary>
    /// Takes away the device's way to a run: after this returns, no device can touch its host memory, the invalidation confirmed.
    /// Only where <see cref="Translates"/>; elsewhere it does nothing and returns false.
    /// </summary>
    /// <returns>Whether the device is known not to reach the host memory any more.</returns>
    public abstract bool Revoke(in MemoryRun run);

    /// <summary>Gives the host memory of a run back; later accesses of the program find readable memory until the platform closes.</summary>
    /// <remarks>Where <see cref="Translates"/>, <see cref="Revoke"/> came first, and the logical range stays taken until <see cref="ReleaseLogical"/>.</remarks>
    public abstract void ReleaseHost(in MemoryRun run);

    /// <summary>Gives the logical range of a run back for reuse.</summary>
    public abstract void ReleaseLogical(in MemoryRun run);

    /// <summary>
    /// Where a piece of this process's memory is in the logical address space, if devices reach it without a map register.
    /// A platform may map the platform's own system buffers on first use.
    /// </summary>
    /// <param name="host">Where it starts in this process.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="logical">Where the first byte is.</param>
    /// <param name="contiguous">How many bytes from there are contiguous to the device: 1 to <paramref name="length"/>.</param>
    /// <returns>False when the memory is not the platform's, such as a managed array.</returns>
    public abstract bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous);
}
