using System.Threading.Tasks.Sources;
using DmaKit.Native;

namespace DmaKit;

/// <summary>A wait of <see cref="BlockPool.RentAsync"/>: used again by the next one when its result was taken.</summary>
internal sealed class BlockWaiter(BlockPool pool) : PoolWaiter, IValueTaskSource<Block>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<Block> _source;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;

    /// <summary>Called by who has just queued it; it may be granted already.</summary>
    internal ValueTask<Block> Wait(CancellationToken cancellationToken)
    {
        var task = new ValueTask<Block>(this, _source.Version);
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static (waiter, token) => ((BlockWaiter)waiter!).Cancel(token), this);
        }

        return task;
    }

    /// <inheritdoc/>
    internal override void Settle()
    {
        if (State == PoolWaiterState.Granted) pool.NoteRented(Token);
        pool.Adapter.Function.Platform.Continuations.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        switch (State)
        {
            case PoolWaiterState.Granted:
                _source.SetResult(pool.Made(Token));
                break;
            case PoolWaiterState.Cancelled:
                _source.SetException(new OperationCanceledException("The wait for a block was cancelled.", _cancellation));
                break;
            default:
                _source.SetException(new ObjectDisposedException(pool.Name, $"Pool '{pool.Name}' was disposed while somebody waited for a block."));
                break;
        }
    }

    Block IValueTaskSource<Block>.GetResult(short token)
    {
        // A result that is asked for too early or twice is an error of the caller; the wait itself goes on.
        bool ended = _source.Version == token && _source.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if (ended) Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<Block>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<Block>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Runs where the token is cancelled. It may come late, when this waiter serves another wait: then the token differs, or is cancelled too.</summary>
    private void Cancel(CancellationToken token)
    {
        if (_cancellation == token && pool.Core.TryCancel(this)) Settle();
    }

    private void Recycle()
    {
        // Unregister does not wait for a cancellation that is running: Cancel knows how to come late.
        _registration.Unregister();
        _registration = default;
        _cancellation = default;
        _source.Reset();
        pool.Core.PushIdleWaiter(this);
    }
}
