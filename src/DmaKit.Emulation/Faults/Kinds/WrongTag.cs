namespace DmaKit.Emulation;

/// <summary>In place of the tag that is due comes a number that is none; the one that is due never comes.</summary>
internal sealed class WrongTag : DeviceFault
{
    public override ulong Read(int bar, long offset, int size, ulong value)
    {
        if (!IsTagRegister(bar, offset) || value == Device.Target.NoTag || !Strikes()) return value;

        // Far from every tag that is out: a device that names another command that it still has cannot be told from an honest one.
        return ((ulong)Random.NextInt64() | 0x4000_0000) & 0x7FFF_FFFE;
    }
}
