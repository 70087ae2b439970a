using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>Runs continuations when the test says so, on its thread, in order.</summary>
internal sealed class PumpScheduler : ContinuationScheduler
{
    private readonly Queue<IThreadPoolWorkItem> _work = new(64);

    public override void Schedule(IThreadPoolWorkItem work)
    {
        lock (_work) _work.Enqueue(work);
    }

    public void RunUntilIdle()
    {
        while (true)
        {
            IThreadPoolWorkItem? work;
            lock (_work)
                if (!_work.TryDequeue(out work)) return;
            work.Execute();
        }
    }
}
