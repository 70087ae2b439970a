using System.Threading.Tasks.Sources;

namespace DmaKit.Platforms;

/// <summary>
/// One interrupt of a function: a handler in callback context, or an awaited wait. It says "at least one since you looked" and no more.
/// </summary>
/// <remarks>
/// A handler never runs on the stack of a register access and never overlaps itself. An exception that leaves it is caught and
/// reported, and the vector is masked. Safe from any thread.
/// </remarks>
public abstract class InterruptVector : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _wait;
    private CancellationTokenRegistration _cancellation;
    private InterruptRegistration? _registration;
    private bool _signalled;
    private bool _waiting;
    private bool _registering;
    private bool _untaken;
    private bool _delivering;

    /// <summary>Used by platforms.</summary>
    /// <param name="function">Whose interrupt it is.</param>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="kind">How it reaches the program.</param>
    protected InterruptVector(PciFunction function, int index, InterruptKind kind)
    {
        Function = function;
        Index = index;
        Kind = kind;
    }

    /// <summary>The function that raises it.</summary>
    public PciFunction Function { get; }

    /// <summary>Its number, from 0.</summary>
    public int Index { get; }

    /// <summary>How it reaches the program.</summary>
    public InterruptKind Kind { get; }

    /// <summary>Installs the handler and unmasks the vector. One handler at a time.</summary>
    /// <param name="handler">Runs in callback context for every delivery.</param>
    /// <returns>The registration; its disposal returns after the last run of the handler.</returns>
    /// <exception cref="DmaMisuseException">The vector has a handler, or somebody waits for it.</exception>
    public InterruptRegistration Handle(InterruptHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var registration = new InterruptRegistration(this, handler);
        lock (_gate)
        {
            if (_registration is not null || _waiting)
                throw Taken();
            _registration = registration;
        }

        SetMasked(false);
        return registration;
    }

    /// <summary>
    /// Completes when the interrupt was raised at least once since the last wait completed. A level interrupt stays masked from then
    /// until the next call, so quiet the device before waiting again.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting; an interrupt that was raised meanwhile is kept for the next wait.</param>
    /// <exception cref="DmaMisuseException">The vector has a handler, or somebody else waits.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        CallbackContext.Forbid("InterruptVector.WaitAsync", "return from the handler; it is called again");
        cancellationToken.ThrowIfCancellationRequested();
        short version;
        lock (_gate)
        {
            if (_registration is not null || _waiting || _untaken)
                throw Taken();
            if (_signalled)
            {
                _signalled = false;
                return ValueTask.CompletedTask;
            }

            _wait.Reset();
            _wait.RunContinuationsAsynchronously = false;
            version = _wait.Version;
            _waiting = true;
            _untaken = true;
            _registering = true;
        }

        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((InterruptVector)state!).CancelWait(token), this);
        bool over;
        lock (_gate)
        {
            _registering = false;
            over = !_waiting;
            if (!over) _cancellation = registration;
        }

        // An interrupt or a cancellation that came meanwhile has ended the wait already.
        if (over) registration.Dispose();
        else SetMasked(false);
        return new ValueTask(this, version);
    }

    /// <summary>Used by platforms: delivers the interrupt, on a thread that carries no answers of the device. Never overlapping.</summary>
    /// <returns>Whether the driver took it as its own; a waiter always does.</returns>
    protected bool Deliver()
    {
        InterruptRegistration? registration;
        bool registering;
        lock (_gate)
        {
            registering = _registering;
            registration = _registration;
            if (registration is null)
            {
                if (Kind == InterruptKind.Line && !_waiting) return false;
                bool wake = _waiting;
                _waiting = false;
                _signalled = !wake;
                if (!wake) return true;
            }
            else
            {
                if (_delivering) throw new InvalidOperationException("A platform delivered an interrupt that is being delivered.");
                _delivering = true;
            }
        }

        if (registration is null)
        {
            if (Kind == InterruptKind.Line) SetMasked(true);
            if (!registering) _cancellation.Dispose();
            Function.Platform.Continuations.Schedule(new Wake(this, null));
            return true;
        }

        return Run(registration);
    }

    /// <summary>The platform's mask: while it is on, nothing is delivered, and what is raised stays pending.</summary>
    /// <param name="masked">True to hold interrupts back.</param>
    protected abstract void SetMasked(bool masked);

    /// <summary>Called after the handler of a level interrupt: the platform may let the line through again.</summary>
    protected virtual void Rearm()
    {
    }

    internal ValueTask RemoveAsync(InterruptRegistration registration)
    {
        SetMasked(true);
        lock (_gate)
        {
            if (_registration == registration) _registration = null;
            return _delivering ? new ValueTask(registration.LastRun) : ValueTask.CompletedTask;
        }
    }

    private bool Run(InterruptRegistration registration)
    {
        bool handled = true;
        Function.Platform.Observer?.OnInterrupt(this);
        try
        {
            using CallbackContext context = CallbackContext.Enter(Function.Platform.Misuse);
            handled = registration.Handler(in context);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            SetMasked(true);
            Function.Platform.Misuse.Report(new MisuseReport(
                "handler-threw", $"the handler of interrupt {Index} threw {e.GetType().Name}: {e.Message} The vector is masked.", Function.Info.Address, e));
        }
        finally
        {
            bool last;
            lock (_gate)
            {
                _delivering = false;
                last = _registration != registration;
            }

            if (last) registration.SignalLastRun();
            else if (Kind == InterruptKind.Line) Rearm();
        }

        return handled;
    }

    private DmaMisuseException Taken() => Function.Platform.Misuse.Refuse(
        "interrupt-taken-twice", Function.Info.Address, $"Interrupt {Index} of {Function.Info.Address} already has a handler or a waiter; dispose that first.");

    private void CancelWait(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_waiting) return;
            _waiting = false;
        }

        Function.Platform.Continuations.Schedule(new Wake(this, new OperationCanceledException(token)));
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        lock (_gate) _untaken = false;
        _wait.GetResult(token);
    }

    private sealed class Wake(InterruptVector vector, Exception? error) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (error is null) vector._wait.SetResult(true);
            else vector._wait.SetException(error);
        }
    }
}
