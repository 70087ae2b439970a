namespace DmaKit.Emulation;

/// <summary>In place of the tag that is due comes one that was given back before; the one that is due never comes.</summary>
internal sealed class StaleTag : DeviceFault
{
    private const int Most = 64;

    private readonly List<ulong> _earlier = [];

    public override ulong Read(int bar, long offset, int size, ulong value)
    {
        if (!IsTagRegister(bar, offset) || value == Device.Target.NoTag) return value;
        if (Strikes() && _earlier.Count > 0) return _earlier[Random.Next(_earlier.Count)];
        if (_earlier.Count < Most) _earlier.Add(value);
        return value;
    }
}
