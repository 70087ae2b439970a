using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A wait of <see cref="BlockPool.RentAsync(CancellationToken)"/>: used again by the next one when its result was taken.</summary>
internal sealed class BlockWaiter(BlockPool pool) : Waiter(pool.Adapter), IValueTaskSource<Block>
{
    private ManualResetValueTaskSourceCore<Block> _source;

    public short Version => _source.Version;

    /// <summary>The block it was granted.</summary>
    public ulong Token { get; set; }

    public override Hold Hold => pool.HoldOf(Token);

    public void Prepare(DmaRequest? request) => Renew(pool.Line, request);

    protected override void Deliver(Exception? error)
    {
        if (error is null) _source.SetResult(pool.Hand(Token, Request));
        else _source.SetException(error);
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
            if (ended)
            {
                _source.Reset();
                pool.Recycle(this);
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<Block>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<Block>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
