namespace DmaKit.Emulation;

/// <summary>The device was reset, and writes the last thing that it wrote once more.</summary>
internal sealed class WriteAfterReset : DeviceFault
{
    private LogicalAddress _address;
    private byte[]? _bytes;

    public override void Wrote(LogicalAddress address, ReadOnlySpan<byte> source) => (_address, _bytes) = (address, source.ToArray());

    public override void WorkCancelled()
    {
        if (_bytes is not { } bytes || !Strikes()) return;
        LogicalAddress address = _address;
        _bytes = null;
        Device.Later(TimeSpan.FromMicroseconds(Random.Next(1, 5000)), () => Device.WriteMemory(address, bytes));
    }
}
