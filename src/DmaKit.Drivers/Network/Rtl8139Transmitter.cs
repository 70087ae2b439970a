using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>
/// The four transmit descriptors, and the frames that are ready for them. Descriptors are used strictly in turn, so that frames end in
/// the order in which they were posted.
/// </summary>
/// <remarks>Its gate guards the card's registers; the interrupt handler takes it too.</remarks>
internal sealed class Rtl8139Transmitter : ICommandDoorbell
{
    public const int Descriptors = 4;

    private readonly RegisterWindow _registers;
    private readonly Lock _gate;
    private readonly Rtl8139DriverOptions _options;
    private readonly Frame[] _frames;
    private readonly Queue<int> _ready;
    private readonly int[] _handed = new int[Descriptors];
    private int _first;
    private int _inCard;
    private int _retries;
    private int _mostInCard;
    private long _sent;
    private long _sentBytes;
    private long _failures;
    private long _retriesTotal;

    internal Rtl8139Transmitter(RegisterWindow registers, Lock gate, CommandPool<ShortFrame, TransmitReply> pool, Rtl8139DriverOptions options)
    {
        _registers = registers;
        _gate = gate;
        _options = options;
        Pool = pool;
        _frames = new Frame[pool.Capacity];
        _ready = new Queue<int>(pool.Capacity);
    }

    internal CommandPool<ShortFrame, TransmitReply> Pool { get; }

    /// <summary>How many descriptors the card has now.</summary>
    internal int InCard => _inCard;

    internal (long Sent, long Bytes, long Failures, long Retries, int MostInCard) Counts
    {
        get
        {
            lock (_gate) return (_sent, _sentBytes, _failures, _retriesTotal, _mostInCard);
        }
    }

    /// <summary>Notes where a frame is that is about to be posted.</summary>
    internal void Describe(CommandTag tag, LogicalAddress address, int length) => _frames[Pool.IndexOf(tag)] = new Frame(tag, address, length);

    /// <inheritdoc/>
    public void Ring(LogicalAddress packet, CommandTag tag)
    {
        lock (_gate)
        {
            _ready.Enqueue(Pool.IndexOf(tag));
            HandOver();
        }
    }

    /// <summary>Takes back what the card is done with. With the gate held.</summary>
    /// <param name="causes">What it interrupted for.</param>
    /// <returns>Whether a frame ended that the card holds on to: it needs a reset.</returns>
    internal bool Reap(ushort causes)
    {
        while (_inCard > 0)
        {
            uint status = _registers.Read32(Rtl8139Register.TransmitStatus + 4 * _first);
            if ((status & Rtl8139Register.Own) == 0 || (status & Rtl8139Register.Ended) == 0) break;
            if ((status & Rtl8139Register.Aborted) != 0)
            {
                bool refused = (causes & Rtl8139Register.SystemError) != 0;
                if (!refused && _retries < _options.AbortRetries)
                {
                    _retries++;
                    _retriesTotal++;
                    _registers.Write32(Rtl8139Register.TransmitConfig, Rtl8139Register.TransmitConfigValue | Rtl8139Register.ClearAbort);
                    break;
                }

                End(TakeFirst(), refused ? TransmitStatus.BusError : TransmitStatus.Aborted);
                return true;
            }

            bool sent = (status & Rtl8139Register.SentOk) != 0 || ((status & Rtl8139Register.Underrun) != 0 && (causes & Rtl8139Register.TransmitError) == 0);
            End(TakeFirst(), sent ? TransmitStatus.Sent
                : (status & Rtl8139Register.Underrun) != 0 ? TransmitStatus.Underrun
                : TransmitStatus.NoCarrier);
        }

        HandOver();
        return false;
    }

    /// <summary>Takes one frame back, wherever it is. With the gate held.</summary>
    /// <returns>Whether the card has it, and must be reset before anything else.</returns>
    internal bool TryWithdraw(CommandTag tag, out bool inCard)
    {
        int index = Pool.IndexOf(tag);
        inCard = false;
        for (int i = 0; i < _inCard; i++) inCard |= _handed[(_first + i) % Descriptors] == index && _frames[index].Tag == tag;
        if (inCard) return true;
        bool found = false;
        for (int left = _ready.Count; left > 0; left--)
        {
            int next = _ready.Dequeue();
            if (next == index && _frames[index].Tag == tag) found = true;
            else _ready.Enqueue(next);
        }

        if (found) _failures++;
        return found;
    }

    /// <summary>The card was reset, and knows of no frame any more: begins again with what it had, but for one. With the gate held.</summary>
    /// <param name="without">A frame that is given up, or the default.</param>
    internal void Restart(CommandTag without)
    {
        int waiting = _ready.Count;
        for (; _inCard > 0; _inCard--, _first = (_first + 1) % Descriptors)
        {
            int index = _handed[_first];
            if (_frames[index].Tag == without) _failures++;
            else _ready.Enqueue(index);
        }

        for (; waiting > 0; waiting--) _ready.Enqueue(_ready.Dequeue());
        _first = 0;
        _retries = 0;
        HandOver();
    }

    /// <summary>The driver ends: nothing is handed over any more. With the gate held.</summary>
    internal void Forget()
    {
        _ready.Clear();
        _inCard = 0;
    }

    private void HandOver()
    {
        while (_inCard < Descriptors && _ready.TryDequeue(out int index))
        {
            int at = (_first + _inCard) % Descriptors;
            Frame frame = _frames[index];
            _registers.Write32(Rtl8139Register.TransmitAddress + 4 * at, frame.Address.Low32);
            _handed[at] = index;
            _inCard++;
            _mostInCard = Math.Max(_mostInCard, _inCard);
            _registers.Write32(Rtl8139Register.TransmitStatus + 4 * at, (uint)frame.Length);
        }
    }

    private int TakeFirst()
    {
        int index = _handed[_first];
        _first = (_first + 1) % Descriptors;
        _inCard--;
        _retries = 0;
        return index;
    }

    private void End(int index, TransmitStatus status)
    {
        Frame frame = _frames[index];
        if (status == TransmitStatus.Sent)
        {
            _sent++;
            _sentBytes += frame.Length;
        }
        else
        {
            _failures++;
        }

        Pool.Complete(frame.Tag, new TransmitReply(status), frame.Length);
    }

    private readonly record struct Frame(CommandTag Tag, LogicalAddress Address, int Length);
}
