using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>
/// A lock for sections of a few dozen nanoseconds that leans towards the thread that uses it alone: that one enters and leaves with plain stores,
/// which let the processor work on. Who else comes takes the lead away, which costs microseconds, and each time it takes longer to get.
/// </summary>
/// <remarks>
/// The pair "leader: store busy, load on" and "other: store off, process-wide barrier, load busy" is Dekker's lock with the whole cost on the
/// side that is rare. The leader is known by its place on the stack (<see cref="StackPage"/>), and where it comes from far from there by
/// <see cref="ThreadNumber"/>. Not re-entrant; nothing runs under it but the library's own arithmetic.
/// </remarks>
internal struct BiasedGate
{
    private const int FirstPatience = 64;
    private const int LastPatience = 1 << 24;

    /// <summary>How many threads ever get a lead: each keeps its own for ever, and a gate that wanders among more leans to none of the others.</summary>
    private const int MostLeads = 8;

    /// <summary>The lead that was on last. Changes only while nobody is inside but who changes it.</summary>
    private GateLead? _lead;

    /// <summary>All leads there are.</summary>
    private GateLead? _leads;
    private int _leadCount;

    /// <summary>1 while anybody is inside who came the ordinary way.</summary>
    private int _taken;

    /// <summary>Whether who is inside came the ordinary way. Only who is inside looks at it.</summary>
    private bool _ordinary;

    private long _last;
    private int _streak;
    private int _patience;

    /// <summary>The lead that was on last; for tests.</summary>
    internal readonly GateLead? Lead => _lead;

    internal void Enter()
    {
        GateLead? lead = _lead;
        if (lead is not null && StackPage.Here - lead.Low < StackPage.Size && lead.TryEnter()) return;
        EnterElsewise(lead);
    }

    internal void Leave()
    {
        if (!_ordinary)
        {
            _lead!.Leave();
            return;
        }

        _ordinary = false;
        Volatile.Write(ref _taken, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterElsewise(GateLead? lead)
    {
        long thread = ThreadNumber.Current;
        if (lead is { IsOn: true } && lead.Thread == thread && lead.TryEnter()) return;
        if (Interlocked.Exchange(ref _taken, 1) != 0) AwaitTurn();
        if (_lead is { IsOn: true } other)
        {
            other.TurnOff();
            _patience = Math.Min(_patience * 2, LastPatience);
        }

        _ordinary = true;
        if (_last != thread)
        {
            (_last, _streak) = (thread, 0);
            return;
        }

        if (_patience == 0) _patience = FirstPatience;
        if (++_streak < _patience) return;
        _streak = 0;
        Give(thread);
    }

    private void AwaitTurn()
    {
        var spin = new SpinWait();
        do
        {
            do spin.SpinOnce(sleep1Threshold: -1);
            while (Volatile.Read(ref _taken) != 0);
        }
        while (Interlocked.Exchange(ref _taken, 1) != 0);
    }

    /// <summary>Gives the caller, who is inside, the lead it had before, or one of its own if there may be another.</summary>
    private void Give(long thread)
    {
        GateLead? lead = _leads;
        while (lead is not null && lead.Thread != thread) lead = lead.Next;
        if (lead is null)
        {
            if (_leadCount == MostLeads) return;
            _leadCount++;
            lead = _leads = new GateLead(thread, _leads);
        }

        lead.TurnOn();
        _lead = lead;
    }
}
