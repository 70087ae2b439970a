namespace DmaKit.Platforms;

/// <summary>A handler that is installed on an interrupt, until it is disposed.</summary>
public sealed class InterruptRegistration : IAsyncDisposable
{
    private readonly InterruptVector _vector;
    private readonly TaskCompletionSource _lastRun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal InterruptRegistration(InterruptVector vector, InterruptHandler handler)
    {
        _vector = vector;
        Handler = handler;
    }

    internal InterruptHandler Handler { get; }

    internal Task LastRun => _lastRun.Task;

    /// <summary>Masks the vector and takes the handler away; completes after its last run. From the handler itself it completes after the handler returned.</summary>
    public ValueTask DisposeAsync() => _vector.RemoveAsync(this);

    internal void SignalLastRun() => _lastRun.TrySetResult();
}
