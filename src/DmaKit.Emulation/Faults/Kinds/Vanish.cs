namespace DmaKit.Emulation;

/// <summary>The device is gone, and the bus answers in its place: all ones. It never comes back.</summary>
internal sealed class Vanish : DeviceFault
{
    private bool _gone;

    public override bool IsGone => _gone;

    public override bool Answers(int bar, long offset, int size, out ulong answer)
    {
        answer = AllOnes(size);
        _gone |= Strikes();
        if (_gone) Device.Interrupt(0, asserted: false);
        return _gone;
    }

    public override uint ReadConfiguration(int offset, int size, uint value) => Struck > 0 ? (uint)AllOnes(size) : value;

    public override bool DropsRegisterWrite(int bar, long offset) => _gone;

    public override bool TakesWrite(LogicalAddress address, ReadOnlySpan<byte> source) => _gone;

    public override bool TakesInterrupt(int vector, bool asserted) => _gone;
}
