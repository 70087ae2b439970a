namespace DmaKit.Emulation;

/// <summary>A register write does not arrive.</summary>
internal sealed class LostRegisterWrite : DeviceFault
{
    public override bool DropsRegisterWrite(int bar, long offset) => Strikes();
}
