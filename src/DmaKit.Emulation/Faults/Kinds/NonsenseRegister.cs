namespace DmaKit.Emulation;

/// <summary>A register answers with a random number, or with all ones, or with zero.</summary>
internal sealed class NonsenseRegister : DeviceFault
{
    public override ulong Read(int bar, long offset, int size, ulong value)
    {
        if (!Strikes()) return value;
        return Random.Next(4) switch
        {
            0 => AllOnes(size),
            1 => 0,
            _ => (ulong)Random.NextInt64() & AllOnes(size),
        };
    }
}
