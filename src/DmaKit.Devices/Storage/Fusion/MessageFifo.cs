namespace DmaKit.Devices;

/// <summary>One of the adapter's three queues of 32-bit words.</summary>
internal sealed class MessageFifo
{
    /// <summary>How many words it holds.</summary>
    public const int Capacity = 128;

    private readonly uint[] _words = new uint[Capacity];
    private int _first;

    public int Count { get; private set; }

    public bool TryAdd(uint word)
    {
        if (Count == Capacity) return false;
        _words[(_first + Count) % Capacity] = word;
        Count++;
        return true;
    }

    public bool TryTake(out uint word)
    {
        word = 0;
        if (Count == 0) return false;
        word = _words[_first];
        _first = (_first + 1) % Capacity;
        Count--;
        return true;
    }

    public void Clear() => (_first, Count) = (0, 0);
}
