using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>
/// The least that it takes to post packets to the mailbox device, wherever the packets lie: what the demo of the deadlock needs, and what no driver
/// should do. Registers and packet: docs/devices/mailbox.md.
/// </summary>
internal sealed class BareMailbox : IAsyncDisposable
{
    private const long PacketLow = 0x10, PacketHigh = 0x14, Completed = 0x18, Control = 0x1C, Reset = 0x28;
    private const uint NoContext = uint.MaxValue, RunAndInterrupt = 0x3;

    private readonly Dictionary<uint, TaskCompletionSource> _posted = [];
    private readonly RegisterWindow _registers;
    private readonly InterruptRegistration _registration;

    internal BareMailbox(PciFunction function)
    {
        _registers = function.MapBar(0);
        function.BusMaster = true;
        _registers.Write32(Reset, 1);
        _registers.Write32(Control, RunAndInterrupt);
        _registration = function.Interrupts[0].Handle(OnInterrupt);
    }

    /// <summary>Posts a packet and waits until the device has given its context back.</summary>
    /// <param name="packet">Where it is to the device.</param>
    /// <param name="context">What is written in it; one at a time.</param>
    internal Task PostAsync(LogicalAddress packet, uint context)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_posted)
        {
            _posted.Add(context, done);
            _registers.Write32(PacketHigh, packet.High32);
            _registers.Write32(PacketLow, packet.LowHalf);
        }

        return done.Task;
    }

    /// <summary>Resets the device, which lets go of everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync().ConfigureAwait(false);
        _registers.Write32(Reset, 1);
    }

    private bool OnInterrupt(in CallbackContext context)
    {
        bool any = false;
        while (_registers.Read32(Completed) is var done and not NoContext)
        {
            any = true;
            lock (_posted)
            {
                if (_posted.Remove(done, out TaskCompletionSource? waiter)) waiter.SetResult();
            }
        }

        return any;
    }
}
