namespace DmaKit.Emulation;

/// <summary>The device raises its interrupt, and nobody hears it. A line that is lost stays low until the device lowers and raises it again.</summary>
internal sealed class LostInterrupt : DeviceFault
{
    public override bool TakesInterrupt(int vector, bool asserted) => asserted && Strikes();
}
