using System.Threading.Tasks.Sources;
using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>Callers who wait, first come first served. Places are reused: waiting allocates nothing in the steady state.</summary>
/// <param name="gate">The lock of what is waited for.</param>
/// <param name="continuations">Where those go on who waited.</param>
internal sealed class WaitingLine(Lock gate, ContinuationScheduler continuations)
{
    private readonly Queue<Place> _places = new();
    private readonly Stack<Place> _spare = new();

    /// <summary>Joins the line. With the gate held; <see cref="Place.WaitAsync"/> comes after it was released.</summary>
    public Place Join()
    {
        Place place = _spare.Count > 0 ? _spare.Pop() : new Place(this);
        place.Renew();
        _places.Enqueue(place);
        return place;
    }

    /// <summary>Lets the first go who still waits. With the gate held.</summary>
    /// <returns>False when nobody waits.</returns>
    public bool Next()
    {
        while (_places.TryDequeue(out Place? place))
            if (place.TryDecide(cancelled: false)) return true;
        return false;
    }

    /// <summary>One who waits. Ends as let go or as cancelled, never both.</summary>
    internal sealed class Place(WaitingLine line) : IValueTaskSource, IThreadPoolWorkItem
    {
        private ManualResetValueTaskSourceCore<bool> _core;
        private CancellationTokenRegistration _registration;
        private CancellationToken _token;
        private bool _waiting;
        private bool _cancelled;
        private int _phases;

        /// <summary>Waits until let go.</summary>
        public ValueTask WaitAsync(CancellationToken cancellationToken)
        {
            short version = _core.Version;
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static state => ((Place)state!).Cancel(), this);
            EndPhase();
            return new ValueTask(this, version);
        }

        public void Renew()
        {
            _core.Reset();
            (_waiting, _cancelled, _phases, _registration) = (true, false, 2, default);
        }

        public bool TryDecide(bool cancelled)
        {
            if (!_waiting) return false;
            (_waiting, _cancelled) = (false, cancelled);
            EndPhase();
            return true;
        }

        void IThreadPoolWorkItem.Execute()
        {
            _registration.Dispose();
            if (_cancelled) _core.SetException(new OperationCanceledException(_token));
            else _core.SetResult(true);
        }

        void IValueTaskSource.GetResult(short token)
        {
            _core.GetResult(token);

            // One who was cancelled is still in the queue, and is not used again.
            lock (line.Gate) line._spare.Push(this);
        }

        ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

        void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);

        private void Cancel()
        {
            lock (line.Gate) TryDecide(cancelled: true);
        }

        /// <summary>It ends when it was decided and its registration is in place, whichever came last.</summary>
        private void EndPhase()
        {
            if (Interlocked.Decrement(ref _phases) == 0) line.Continuations.Schedule(this);
        }
    }

    private Lock Gate { get; } = gate;

    private ContinuationScheduler Continuations { get; } = continuations;
}
