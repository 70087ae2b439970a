using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A wait that an awaited call gets its result from; used again by the next one when the result was taken.</summary>
/// <typeparam name="T">What is waited for.</typeparam>
internal abstract class ResultWaiter<T>(DmaAdapter adapter) : Waiter(adapter), IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _result;

    public short Version => _result.Version;

    /// <summary>Makes the result of what it was granted. Called where continuations run; what it throws is the caller's.</summary>
    protected abstract T Hand();

    /// <summary>Gives back what it has already, since it gets nothing.</summary>
    protected virtual void GiveUp()
    {
    }

    /// <summary>Its result was taken: the next call may use it.</summary>
    protected abstract void Recycle();

    protected sealed override void Deliver(Exception? error)
    {
        if (error is not null)
        {
            GiveUp();
            _result.SetException(error);
            return;
        }

        T result;
        try
        {
            result = Hand();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _result.SetException(e);
            return;
        }

        _result.SetResult(result);
    }

    /// <summary>The result, once. Asking too early or twice is an error of the caller, and leaves the wait as it is.</summary>
    protected T Take(short token)
    {
        bool ended = _result.Version == token && _result.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            return _result.GetResult(token);
        }
        finally
        {
            if (ended)
            {
                _result.Reset();
                Recycle();
            }
        }
    }

    T IValueTaskSource<T>.GetResult(short token) => Take(token);

    public ValueTaskSourceStatus GetStatus(short token) => _result.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);
}
