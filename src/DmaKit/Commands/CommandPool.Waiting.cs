using System.Threading.Tasks.Sources;

namespace DmaKit;

public sealed partial class CommandPool<TPacket, TReply>
{
    private readonly Stack<RentWaiter> _idleWaiters = new();
    private RentWaiter? _firstWaiter;
    private RentWaiter? _lastWaiter;
    private int _waiting;

    private RentWaiter Enqueue()
    {
        RentWaiter waiter = _idleWaiters.Count > 0 ? _idleWaiters.Pop() : new RentWaiter(this);
        waiter.Prepare();
        (waiter.Previous, waiter.Next, waiter.Queued) = (_lastWaiter, null, true);
        if (_lastWaiter is null) _firstWaiter = waiter;
        else _lastWaiter.Next = waiter;
        _lastWaiter = waiter;
        _waiting++;
        return waiter;
    }

    private RentWaiter? Dequeue()
    {
        RentWaiter? first = _firstWaiter;
        if (first is not null) Unlink(first);
        return first;
    }

    private void Unlink(RentWaiter waiter)
    {
        if (waiter.Previous is null) _firstWaiter = waiter.Next;
        else waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null) _lastWaiter = waiter.Previous;
        else waiter.Next.Previous = waiter.Previous;
        (waiter.Previous, waiter.Next, waiter.Queued) = (null, null, false);
        _waiting--;
    }

    private bool TryLeave(RentWaiter waiter)
    {
        lock (_gate)
        {
            if (!waiter.Queued) return false;
            Unlink(waiter);
            return true;
        }
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

    /// <summary>A caller who waits for a packet. Ends with a packet or as cancelled, never both: the queue decides, under its lock.</summary>
    private sealed class RentWaiter(CommandPool<TPacket, TReply> pool) : IValueTaskSource<Command<TPacket, TReply>>, IThreadPoolWorkItem
    {
        private ManualResetValueTaskSourceCore<Command<TPacket, TReply>> _result;
        private CancellationTokenRegistration _registration;
        private CancellationToken _token;
        private Command<TPacket, TReply> _granted;
        private Exception? _error;
        private int _phases;

        public RentWaiter? Previous { get; set; }

        public RentWaiter? Next { get; set; }

        public bool Queued { get; set; }

        public short Version => _result.Version;

        public void Prepare()
        {
            (_granted, _error, _phases) = (default, null, 2);
            _result.Reset();
            _result.RunContinuationsAsynchronously = false;
        }

        public void CancelWith(CancellationToken token)
        {
            _token = token;
            _registration = token.UnsafeRegister(static state => ((RentWaiter)state!).Cancel(), this);
            EndPhase();
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

        void IThreadPoolWorkItem.Execute()
        {
            _registration.Dispose();
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

        private void Cancel()
        {
            if (pool.TryLeave(this)) Fail(new OperationCanceledException(_token));
        }

        /// <summary>It ends when it was decided and its registration for cancellation is in place, whichever came last.</summary>
        private void EndPhase()
        {
            if (Interlocked.Decrement(ref _phases) == 0) pool.Adapter.Function.Platform.Continuations.Schedule(this);
        }
    }
}
