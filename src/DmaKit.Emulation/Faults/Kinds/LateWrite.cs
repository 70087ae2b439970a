namespace DmaKit.Emulation;

/// <summary>A write to memory comes some register accesses later. What comes after a reset would be another fault: a reset drops it.</summary>
internal sealed class LateWrite : DeviceFault
{
    private readonly List<(int Left, LogicalAddress Address, byte[] Bytes)> _held = [];

    public override bool TakesWrite(LogicalAddress address, ReadOnlySpan<byte> source)
    {
        if (!Strikes()) return false;
        _held.Add((Random.Next(1, 41), address, source.ToArray()));
        return true;
    }

    public override ulong Read(int bar, long offset, int size, ulong value)
    {
        Pass();
        return value;
    }

    public override bool DropsRegisterWrite(int bar, long offset)
    {
        Pass();
        return false;
    }

    public override void WorkCancelled() => _held.Clear();

    private void Pass()
    {
        for (int i = 0; i < _held.Count; i++)
        {
            (int left, LogicalAddress address, byte[] bytes) = _held[i];
            if (left > 1)
            {
                _held[i] = (left - 1, address, bytes);
                continue;
            }

            _held.RemoveAt(i--);
            Device.WriteMemory(address, bytes);
        }
    }
}
