namespace DmaKit.Emulation;

/// <content>What moves a stepped machine.</content>
public sealed partial class EmulatedPlatform
{
    /// <summary>How far <see cref="Run(Func{Task})"/> lets the machine's clock go before it calls the task stuck.</summary>
    private static readonly TimeSpan RunLimit = TimeSpan.FromHours(24);

    /// <summary>Does everything that is due now: devices' turns, interrupts, continuations, timers. The clock stands still.</summary>
    /// <exception cref="InvalidOperationException">The machine is not a stepped one, is being run already, or does not come to rest.</exception>
    public void RunUntilIdle() => Stepped().RunUntilIdle();

    /// <summary>Moves the clock on. Timers fire in order of time, and of being set where times are equal; what they cause is done before the clock goes further.</summary>
    /// <param name="by">How far: zero or more, in steps of 100 ns.</param>
    /// <exception cref="InvalidOperationException">The machine is not a stepped one, is being run already, or does not come to rest.</exception>
    public void Advance(TimeSpan by) => Stepped().Advance(by);

    /// <summary>
    /// Runs the machine until a task is complete. When there is nothing else to do, the clock jumps to the next timer.
    /// </summary>
    /// <remarks>
    /// Runs everything on the calling thread, without a synchronisation context. Code that leaves it, by <c>Task.Run</c> or
    /// <c>Task.Yield</c>, is waited for only at the end, and is no longer deterministic.
    /// </remarks>
    /// <param name="work">Starts the task.</param>
    /// <exception cref="InvalidOperationException">
    /// The task hangs: it is not complete, and nothing is left that could complete it; or it is not complete after 24 hours of
    /// the machine's clock; or the machine is not a stepped one.
    /// </exception>
    public void Run(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Task task = Start(work);
        task.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Run(Func{Task})"/>
    /// <typeparam name="T">What the task results in.</typeparam>
    /// <returns>The task's result.</returns>
    public T Run<T>(Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var task = (Task<T>)Start(work);
        return task.GetAwaiter().GetResult();
    }

    private Task Start(Func<Task> work)
    {
        Pump pump = Stepped();
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Task task = work() ?? throw new ArgumentException("The work returned no task.", nameof(work));
            pump.RunUntil(task, RunLimit, Options.HangGrace);
            return task;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private Pump Stepped() => _pump
        ?? throw new InvalidOperationException("The machine runs by itself; make it with Stepped = true to move it by hand.");
}
