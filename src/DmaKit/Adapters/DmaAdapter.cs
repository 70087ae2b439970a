using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// One function's view of a domain: its limits, and the way to common buffers and mappings. Made by <see cref="PciFunction.CreateAdapter"/>.
/// </summary>
/// <remarks>
/// Safe from any thread. Disposal disposes what was allocated from it; common buffers that the driver forgot are reported as misuse.
/// </remarks>
public sealed partial class DmaAdapter : IAsyncDisposable
{
    private readonly List<IQuietListener> _listeners = [];
    private readonly Lock _gate = new();
    private int _buffersMade;
    private bool _closed;

    internal DmaAdapter(PciFunction function, DmaConstraints constraints)
    {
        Function = function;
        Domain = function.Domain;
        Constraints = constraints;
        Turn = new AdapterTurn(this);
    }

    /// <summary>The function whose view it is.</summary>
    public PciFunction Function { get; }

    /// <summary>The logical address space.</summary>
    public DmaDomain Domain { get; }

    /// <summary>The limits of device, bus and platform together.</summary>
    public DmaConstraints Constraints { get; }

    /// <summary>
    /// Says that the device touches no memory any more: called after the driver's own stop or register reset, when the device has
    /// confirmed it. What was in quarantine for its sake goes back; commands still posted end as aborted.
    /// </summary>
    /// <remarks>
    /// It holds until the next register write, which may start the device again. Switching bus mastering off alone is not proof:
    /// transfers may be on their way.
    /// </remarks>
    public void DeclareQuiet() => Function.BecomeQuiet(QuietProof.Declared);

    /// <summary>
    /// For a driver whose last means has failed: the device neither gives back what it has nor can be made quiet. Every call that waits for it ends:
    /// commands that are posted as <see cref="CommandStatus.TimedOut"/> where they were not given up before, waits for packets, map registers and the adapter's turn
    /// with a <see cref="DmaException"/>.
    /// </summary>
    /// <remarks>
    /// What the device was told of stays in quarantine until it is known to be quiet after all; until then no packet is handed out. That goes for data which lies where the device reaches
    /// it, too: it may change under its owner's eyes, and a system buffer that is disposed is kept. From any thread.
    /// </remarks>
    public void DeclareStuck()
    {
        IQuietListener[] listeners;
        lock (_gate) listeners = [.. _listeners];
        foreach (IQuietListener listener in listeners) listener.BecameStuck();
        TurnWaitersAway();
    }

    /// <summary>Ends the use of the adapter.</summary>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    internal void TellQuiet(QuietProof proof)
    {
        if (!_closed) Function.Platform.Observer?.OnQuiet(this, proof);
        IQuietListener[] listeners;
        lock (_gate) listeners = [.. _listeners];
        foreach (IQuietListener listener in listeners) listener.BecameQuiet(proof);
    }

    internal void Listen(IQuietListener listener)
    {
        lock (_gate) _listeners.Add(listener);
    }

    internal void Unlisten(IQuietListener listener)
    {
        bool last;
        lock (_gate)
        {
            _listeners.Remove(listener);
            last = _closed && _listeners.Count == 0;
        }

        if (last) Function.Forget(this);
    }

    internal void Close()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
        }

        Function.Platform.Observer?.OnClosing(this);
        EndLeases();

        foreach (CommonBuffer buffer in Domain.CommonBuffers)
        {
            if (buffer.Adapter != this) continue;
            Function.Platform.Misuse.Report(new MisuseReport(
                "buffer-not-disposed", "the adapter was disposed before it. Dispose common buffers, pools and heaps first.", buffer.Name));
            buffer.Dispose(leaseReport: false);
        }

        Domain.MapRegisters.Forget(this);

        // Who still has something at the device must hear when it lets go, or map registers of others would be missing for ever.
        bool nobody;
        lock (_gate) nobody = _listeners.Count == 0;
        if (nobody) Function.Forget(this);
    }

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed => _closed;

    private void ThrowIfClosed()
    {
        if (_closed) throw Closed();
    }

    private ObjectDisposedException Closed()
    {
        string message = $"The adapter of {Function.Info.Address} was disposed: nothing can be allocated, mapped or reserved through it any more.";
        Function.Platform.Misuse.NoteRefused("adapter-used-after-dispose", Function.Info.Address, message);
        return new ObjectDisposedException(nameof(DmaAdapter), message);
    }
}
