namespace DmaKit.Platforms;

/// <summary>
/// Where a platform runs what follows an awaited operation: the thread pool, or a pump that a test drains, so that a seed
/// replays exactly. The library starts no thread and no task behind its platform's back.
/// </summary>
/// <remarks>Safe from any thread, callback context included. Scheduling a work item that is reused allocates nothing.</remarks>
public abstract class ContinuationScheduler
{
    /// <summary>The thread pool of the process.</summary>
    public static ContinuationScheduler ThreadPool { get; } = new PoolScheduler();

    /// <summary>Queues <paramref name="work"/>; it runs later, never on the caller's stack.</summary>
    /// <param name="work">What to run. It is run once for each call.</param>
    public abstract void Schedule(IThreadPoolWorkItem work);

    private sealed class PoolScheduler : ContinuationScheduler
    {
        public override void Schedule(IThreadPoolWorkItem work) =>
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
    }
}
