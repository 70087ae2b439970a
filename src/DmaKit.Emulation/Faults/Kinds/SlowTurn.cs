namespace DmaKit.Emulation;

/// <summary>The device takes longer to begin what it was told.</summary>
internal sealed class SlowTurn : DeviceFault
{
    public override TimeSpan Delay() => Strikes() ? TimeSpan.FromMilliseconds(Random.Next(1, 201)) : TimeSpan.Zero;
}
