namespace DmaKit.Platforms;

/// <summary>An open PCI function: its configuration space, registers, interrupts and the way to its DMA adapter.</summary>
/// <remarks>
/// Safe from any thread. Disposal switches bus mastering and interrupts off, resets the function where it can be reset, and
/// closes its adapters; what is then not known to be quiet stays in quarantine until the platform closes.
/// </remarks>
public abstract class PciFunction : IAsyncDisposable
{
    private readonly List<DmaAdapter> _adapters = [];
    private int _told;
    private bool _lost;

    /// <summary>Where it is and what it is.</summary>
    public abstract PciFunctionInfo Info { get; }

    /// <summary>The machine it belongs to.</summary>
    public abstract DmaPlatform Platform { get; }

    /// <summary>The logical address space it lives in; functions may share one.</summary>
    public abstract DmaDomain Domain { get; }

    /// <summary>Its configuration space.</summary>
    public abstract PciConfigSpace Config { get; }

    /// <summary>
    /// The interrupts this function can raise: MSI-X or MSI vectors where it has them and the platform carries them, else its one INTx line.
    /// </summary>
    public abstract IReadOnlyList<InterruptVector> Interrupts { get; }

    /// <summary>Whether the function may start transfers of its own. Off after opening; DMA is refused while it is off.</summary>
    public abstract bool BusMaster { get; set; }

    /// <summary>Whether <see cref="ResetAsync"/> can reset this function alone.</summary>
    public abstract bool CanReset { get; }

    /// <summary>Maps the registers behind a base address register.</summary>
    /// <param name="bar">Its number, 0 to 5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The function has no such register.</exception>
    public abstract RegisterWindow MapBar(int bar);

    /// <summary>Resets the function. Afterwards it is known to touch no memory: what was in quarantine for it is given back.</summary>
    /// <param name="cancellationToken">Gives up waiting; the memory then stays in quarantine.</param>
    /// <exception cref="NotSupportedException"><see cref="CanReset"/> is false.</exception>
    public async ValueTask ResetAsync(CancellationToken cancellationToken = default)
    {
        if (!CanReset)
            throw new NotSupportedException($"Function {Info.Address} has no reset of its own; use the device's register reset and DeclareQuiet.");
        await ResetCoreAsync(cancellationToken).ConfigureAwait(false);
        BecomeQuiet(QuietProof.FunctionReset);
    }

    /// <summary>Makes this function's view of its domain.</summary>
    /// <param name="constraints">What the device can do; combined with what bus and platform allow.</param>
    public DmaAdapter CreateAdapter(DmaConstraints constraints)
    {
        ArgumentNullException.ThrowIfNull(constraints);
        Domain.Settle();
        var adapter = new DmaAdapter(this, constraints.Intersect(Domain.Limits));
        lock (_adapters) _adapters.Add(adapter);
        return adapter;
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>The platform's reset; returns when the function touches no memory any more.</summary>
    protected abstract ValueTask ResetCoreAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Used by platforms when the function is closed: ends its adapters. Without proof of quiet, what they still hold stays in quarantine.
    /// </summary>
    /// <param name="proof">What is known of the device, or null when nothing.</param>
    protected void CloseAdapters(QuietProof? proof)
    {
        if (proof is { } known) BecomeQuiet(known);
        foreach (DmaAdapter adapter in Adapters) adapter.Close();
    }

    /// <summary>Used by platforms when the device is gone for good: ends what waits for it, and frees what was kept for its sake.</summary>
    protected void NotifyLost()
    {
        _lost = true;
        BecomeQuiet(QuietProof.DeviceGone);
    }

    /// <summary>Whether the platform said that the device is gone.</summary>
    internal bool IsLost => _lost;

    /// <summary>Whether the device may have been told something since it was last declared quiet.</summary>
    internal bool ToldSinceQuiet => _told != 0;

    internal IReadOnlyList<DmaAdapter> Adapters
    {
        get
        {
            lock (_adapters) return [.. _adapters];
        }
    }

    internal void Forget(DmaAdapter adapter)
    {
        lock (_adapters) _adapters.Remove(adapter);
    }

    /// <summary>It touches no memory any more: tells its adapters, and gives back what was kept for its sake.</summary>
    internal void BecomeQuiet(QuietProof proof)
    {
        Interlocked.Exchange(ref _told, 0);
        foreach (DmaAdapter adapter in Adapters) adapter.TellQuiet(proof);
        Domain.Quarantine.Release(this);
    }

    internal void NoteRegisterWrite(RegisterWindow window, long offset, int size, ulong value)
    {
        if (_told == 0) Interlocked.Exchange(ref _told, 1);
        Platform.Observer?.OnDoorbell(this, window.Bar, offset, size, value);
    }
}
