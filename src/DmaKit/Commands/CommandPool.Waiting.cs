using System.Threading.Tasks.Sources;

namespace DmaKit;

public sealed partial class CommandPool<TPacket, TReply>
{
    private readonly Stack<RentWaiter> _idleWaiters = new();
    private readonly WaiterQueue<RentWaiter> _waiters = new();

    private RentWaiter Enqueue()
    {
        RentWaiter waiter = _idleWaiters.Count > 0 ? _idleWaiters.Pop() : new RentWaiter(this);
        waiter.Prepare();
        _waiters.Add(waiter);
        return waiter;
    }

    private RentWaiter? Dequeue()
    {
        RentWaiter? first = _waiters.First;
        if (first is not null) _waiters.Remove(first);
        return first;
    }

    private bool TryLeave(RentWaiter waiter)
    {
        lock (_gate) return _waiters.Remove(waiter);
    }

    private void EndWaiters()
    {
        while (true)
        {
            RentWaiter? waiter;
            lock (_gate) waiter = Dequeue();
            if (waiter is null) return;
            waiter.Fail(new ObjectDisposedException(nameof(CommandPool<TPacket, TReply>), $"Command pool '{Name}' was disposed while this call waited for a packet."));
        }
    }

    /// <summary>A caller who waits for a packet.</summary>
    private sealed class RentWaiter(CommandPool<TPacket, TReply> pool) : Waiter(pool.Adapter), IValueTaskSource<Command<TPacket, TReply>>
    {
        private ManualResetValueTaskSourceCore<Command<TPacket, TReply>> _result;
        private Command<TPacket, TReply> _granted;
        private Exception? _error;

        public short Version => _result.Version;

        public void Prepare()
        {
            (_granted, _error) = (default, null);
            Renew();
            _result.Reset();
            _result.RunContinuationsAsynchronously = false;
        }

        public void Grant(Command<TPacket, TReply> command)
        {
            _granted = command;
            EndPhase();
        }

        public void Fail(Exception error)
        {
            _error = error;
            EndPhase();
        }

        protected override void Deliver()
        {
            if (_error is null) _result.SetResult(_granted);
            else _result.SetException(_error);
        }

        Command<TPacket, TReply> IValueTaskSource<Command<TPacket, TReply>>.GetResult(short token)
        {
            try
            {
                return _result.GetResult(token);
            }
            finally
            {
                lock (pool._gate) pool._idleWaiters.Push(this);
            }
        }

        ValueTaskSourceStatus IValueTaskSource<Command<TPacket, TReply>>.GetStatus(short token) => _result.GetStatus(token);

        void IValueTaskSource<Command<TPacket, TReply>>.OnCompleted(
            Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _result.OnCompleted(continuation, state, token, flags);

        protected override void OnCancelled()
        {
            if (pool.TryLeave(this)) Fail(new OperationCanceledException(Token));
        }
    }
}
