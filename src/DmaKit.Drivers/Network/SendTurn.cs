using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>Whose turn it is to prepare a frame: one caller at a time, in the order in which they came, so that frames go out in that order too.</summary>
internal sealed class SendTurn
{
    private readonly Lock _gate = new();
    private readonly WaitingLine _line;
    private bool _taken;

    internal SendTurn(ContinuationScheduler continuations) => _line = new WaitingLine(_gate, continuations);

    /// <summary>Waits for the turn.</summary>
    internal ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        WaitingLine.Place place;
        lock (_gate)
        {
            if (!_taken)
            {
                _taken = true;
                return ValueTask.CompletedTask;
            }

            place = _line.Join();
        }

        return place.WaitAsync(cancellationToken);
    }

    /// <summary>Hands the turn to who waits longest.</summary>
    internal void Exit()
    {
        lock (_gate) _taken = _line.Next();
    }
}
