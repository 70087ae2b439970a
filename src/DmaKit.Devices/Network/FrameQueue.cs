namespace DmaKit.Devices;

/// <summary>Frames on their way from one end of a wire to the other: a bounded queue. Memory is reused, so that a steady flow allocates nothing.</summary>
/// <remarks>Safe from any thread, for one who takes. Who waits is called outside the lock.</remarks>
internal sealed class FrameQueue(int capacity)
{
    private readonly Lock _gate = new();
    private readonly byte[][] _slots = new byte[capacity][];
    private readonly int[] _lengths = new int[capacity];
    private int _first;
    private int _count;
    private bool _refused;

    /// <summary>Called when a frame was added.</summary>
    public Action? Filled { get; set; }

    /// <summary>Called when there is room again after a frame was refused.</summary>
    public Action? Drained { get; set; }

    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    public bool TryAdd(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_count == _slots.Length)
            {
                _refused = true;
                return false;
            }

            int at = (_first + _count) % _slots.Length;
            byte[]? slot = _slots[at];
            if (slot is null || slot.Length < frame.Length) _slots[at] = slot = new byte[Math.Max(2048, frame.Length)];
            frame.CopyTo(slot);
            _lengths[at] = frame.Length;
            _count++;
        }

        Filled?.Invoke();
        return true;
    }

    public bool TryPeek(out ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            frame = _count > 0 ? _slots[_first].AsSpan(0, _lengths[_first]) : default;
            return _count > 0;
        }
    }

    public void Take()
    {
        bool told;
        lock (_gate)
        {
            if (_count == 0) throw new InvalidOperationException("There is no frame to take.");
            _first = (_first + 1) % _slots.Length;
            _count--;
            told = _refused;
            _refused = false;
        }

        if (told) Drained?.Invoke();
    }
}
