namespace DmaKit.Platforms;

/// <summary>A handler that is installed on an interrupt, until it is disposed.</summary>
public sealed class InterruptRegistration : IAsyncDisposable
{
    private readonly InterruptVector _vector;
    private readonly TaskCompletionSource _lastRun = new();

    internal InterruptRegistration(InterruptVector vector, InterruptHandler handler)
    {
        _vector = vector;
        Handler = handler;
    }

    internal InterruptHandler Handler { get; }

    internal Task LastRun => _lastRun.Task;

    /// <summary>Masks the vector and takes the handler away; completes after its last run. From the handler itself it completes after the handler returned.</summary>
    public ValueTask DisposeAsync() => _vector.RemoveAsync(this);

    /// <summary>Who waits goes on where continuations run, and not on the stack of the delivery.</summary>
    internal void SignalLastRun() => _vector.Function.Platform.Continuations.Schedule(new Wake(_lastRun));

    private sealed class Wake(TaskCompletionSource lastRun) : IThreadPoolWorkItem
    {
        public void Execute() => lastRun.TrySetResult();
    }
}
