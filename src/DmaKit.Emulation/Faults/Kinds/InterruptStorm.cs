namespace DmaKit.Emulation;

/// <summary>After an interrupt come 50 more with nothing to say; then the output is again what the device wants.</summary>
internal sealed class InterruptStorm : DeviceFault
{
    private const int Extra = 50;
    private static readonly TimeSpan s_pause = TimeSpan.FromMicroseconds(20);

    private bool _wanted;

    public override bool TakesInterrupt(int vector, bool asserted)
    {
        _wanted = asserted;
        if (asserted && Strikes()) Device.Later(s_pause, () => Go(vector, Extra));
        return false;
    }

    public override void WorkCancelled() => _wanted = false;

    private void Go(int vector, int left)
    {
        Device.Interrupt(vector, asserted: true);
        if (!_wanted) Device.Interrupt(vector, asserted: false);
        if (left > 1) Device.Later(s_pause, () => Go(vector, left - 1));
    }
}
