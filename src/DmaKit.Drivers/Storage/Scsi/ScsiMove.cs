using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace DmaKit.Drivers;

/// <summary>
/// A read or write that was posted as one command: what nearly all are. Used again and again, so that nothing is allocated for it; what does not go well at the
/// first try is gone on with by the disk.
/// </summary>
internal sealed class ScsiMove : IValueTaskSource
{
    private readonly ScsiDisk _disk;
    private readonly Action _onEnded;
    private ManualResetValueTaskSourceCore<bool> _result;
    private ConfiguredValueTaskAwaitable<CommandOutcome<ScsiReply>>.ConfiguredValueTaskAwaiter _outcome;
    private FusionMptGate? _gate;
    private long _offset;
    private long _mapped;
    private Memory<byte> _into;
    private ReadOnlyMemory<byte> _from;
    private CancellationToken _token;

    /// <param name="disk">The disk that is moved from or to.</param>
    public ScsiMove(ScsiDisk disk)
    {
        _disk = disk;
        _onEnded = OnEnded;
    }

    /// <summary>Waits for the command.</summary>
    public ValueTask Await(in ScsiPosted posted, long offset, Memory<byte> into, ReadOnlyMemory<byte> from, CancellationToken cancellationToken)
    {
        (_gate, _mapped, _offset, _into, _from, _token) = (posted.Gate, posted.Mapped, offset, into, from, cancellationToken);
        short version = _result.Version;
        _outcome = posted.Outcome.ConfigureAwait(false).GetAwaiter();
        if (_outcome.IsCompleted) OnEnded();
        else _outcome.UnsafeOnCompleted(_onEnded);
        return new ValueTask(this, version);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _result.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        // Asking too early or twice is an error of the caller, and leaves it as it is.
        bool ended = _result.Version == token && _result.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            _result.GetResult(token);
        }
        finally
        {
            if (ended)
            {
                _result.Reset();
                _disk.Recycle(this);
            }
        }
    }

    private void OnEnded()
    {
        try
        {
            ScsiOutcome outcome = _disk.Transport.End(_outcome.GetResult(), _mapped, _gate!, _token);
            if (!outcome.IsWhole)
            {
                _ = GoOnAsync(outcome);
                return;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Forget();
            _result.SetException(e);
            return;
        }

        Forget();
        _result.SetResult(true);
    }

    private async Task GoOnAsync(ScsiOutcome outcome)
    {
        try
        {
            await _disk.RetryAsync(outcome, _offset, _into, _from, _token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Forget();
            _result.SetException(e);
            return;
        }

        Forget();
        _result.SetResult(true);
    }

    /// <summary>References to the program's memory are not kept longer than the program asks for.</summary>
    private void Forget() => (_into, _from, _token) = (default, default, default);
}
