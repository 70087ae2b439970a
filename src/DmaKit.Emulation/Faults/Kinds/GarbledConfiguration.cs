namespace DmaKit.Emulation;

/// <summary>Configuration space of a device that runs answers with a random number, or with all ones, or with zero.</summary>
/// <remarks>It is read on the thread of whoever asks, not in the device's turns: this kind has a lock of its own.</remarks>
internal sealed class GarbledConfiguration : DeviceFault
{
    private readonly Lock _gate = new();

    public override uint ReadConfiguration(int offset, int size, uint value)
    {
        lock (_gate)
        {
            if (!Strikes()) return value;
            return Random.Next(4) switch
            {
                0 => (uint)AllOnes(size),
                1 => 0,
                _ => (uint)Random.NextInt64() & (uint)AllOnes(size),
            };
        }
    }
}
