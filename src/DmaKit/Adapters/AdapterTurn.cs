namespace DmaKit;

/// <summary>The turn of an adapter whose device takes no list: it has one mapping at a time, from mapping to completion.</summary>
internal sealed class AdapterTurn(DmaAdapter adapter) : WaitLine(adapter.Domain)
{
    private bool _taken;

    public override string Name => $"turn of {adapter.Function.Info.Address}";

    public override long Total => 1;

    public override long Available
    {
        get
        {
            using (Pass()) return _taken ? 0 : 1;
        }
    }

    /// <summary>Takes the turn now, unless that would pass somebody who waits for it.</summary>
    /// <param name="holding">Whether the request holds something already.</param>
    public bool TryTakeNow(bool holding)
    {
        using (Pass()) return IsOpenTo(holding) && TryTake();
    }

    public void Give()
    {
        using (Pass())
        {
            _taken = false;
            if (IsEmpty) return;
        }

        GrantInOrder();
    }

    protected override bool TryTake(Waiter waiter) => TryTake();

    private bool TryTake() => !_taken && (_taken = true);
}
