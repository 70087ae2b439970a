namespace DmaKit.Devices;

/// <summary>A device's interrupt as the sum of its causes: one that becomes active sends a message; the line is up while any is.</summary>
internal sealed class InterruptOutput
{
    private uint _signalled;

    /// <summary>Says which causes are active and not masked now.</summary>
    /// <param name="active">A bit a cause.</param>
    /// <param name="port">Where the interrupt goes.</param>
    /// <param name="tally">Where it is counted.</param>
    public void Update(uint active, DevicePort port, WorkTally tally)
    {
        uint risen = active & ~_signalled;
        bool fell = active == 0 && _signalled != 0;
        _signalled = active;
        if (risen != 0)
        {
            tally.InterruptRaised();
            port.SignalInterrupt(0, asserted: true);
        }
        else if (fell)
        {
            port.SignalInterrupt(0, asserted: false);
        }
    }
}
