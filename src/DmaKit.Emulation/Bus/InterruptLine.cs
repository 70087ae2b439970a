namespace DmaKit.Emulation;

/// <summary>One of the machine's interrupt lines. Its level is high while any function on it asserts; while it is high it is delivered again and again.</summary>
/// <remarks>Safe from any thread; deliveries run on the machine's interrupt loop.</remarks>
internal sealed class InterruptLine
{
    private const int NobodyCares = 1000;

    private readonly Lock _gate = new();
    private readonly List<PciSlot> _slots = [];
    private readonly List<LineVector> _delivering = [];
    private readonly WorkLoop _loop;
    private readonly Action _deliver;
    private readonly MisuseLog _misuse;
    private readonly int _number;
    private int _unhandled;
    private bool _queued;
    private bool _dead;

    internal InterruptLine(int number, WorkLoop loop, MisuseLog misuse)
    {
        _number = number;
        _loop = loop;
        _misuse = misuse;
        _deliver = Deliver;
    }

    /// <summary>Its name: INTA to INTD.</summary>
    internal string Name => $"INT{(char)('A' + _number)}";

    internal void Add(PciSlot slot)
    {
        lock (_gate) _slots.Add(slot);
    }

    internal void Remove(PciSlot slot)
    {
        lock (_gate) _slots.Remove(slot);
    }

    /// <summary>A level, a mask or a switch changed.</summary>
    /// <param name="revive">Whether a line that was given up gets another chance: somebody unmasked a vector on it.</param>
    internal void Evaluate(bool revive = false)
    {
        lock (_gate)
        {
            if (revive)
            {
                _dead = false;
                _unhandled = 0;
            }

            if (_queued || _dead || !IsHigh()) return;
            _queued = true;
        }

        _loop.Post(new WorkItem(_deliver));
    }

    private void Deliver()
    {
        lock (_gate)
        {
            _queued = false;
            if (_dead || !IsHigh()) return;
            _delivering.Clear();
            foreach (PciSlot slot in _slots)
                if (slot.LineVector is { IsMasked: false } vector) _delivering.Add(vector);
        }

        bool handled = false;
        foreach (LineVector vector in _delivering) handled |= vector.DeliverLine();
        if (GiveUp(handled))
        {
            _misuse.Report(new MisuseReport(
                "interrupt-nobody-cared",
                $"line {Name} was delivered {NobodyCares:N0} times in a row and no handler took it as its own; it is masked until a handler is installed on it again.",
                Name));
        }

        Evaluate();
    }

    private bool GiveUp(bool handled)
    {
        lock (_gate)
        {
            _unhandled = handled ? 0 : _unhandled + 1;
            if (_unhandled < NobodyCares) return false;
            _dead = true;
            return true;
        }
    }

    private bool IsHigh()
    {
        foreach (PciSlot slot in _slots)
            if (slot.AssertsLine) return true;
        return false;
    }
}
