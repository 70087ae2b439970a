using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>The way to the request queue: who closes it knows that no post is on its way.</summary>
public sealed class FusionMptGateTests
{
    [Fact]
    public void Q1_Who_closes_the_gate_waits_for_who_is_inside() => Assert.False(ReturnsTooEarly(gate => gate.Close()));

    [Fact]
    public void Q1_One_that_does_not_wait_is_caught() => Assert.True(ReturnsTooEarly(gate => new Thread(gate.Close).Start()));

    [Fact]
    public void Q1_A_closed_gate_tells_the_device_nothing()
    {
        int writes = 0;
        var gate = new FusionMptGate(new Window(() => writes++), 1);
        gate.Ring(new LogicalAddress(0x1000), new CommandTag(1));
        gate.Close();
        Assert.False(gate.IsOpen);
        Assert.Throws<FusionMptGateClosedException>(() => gate.Ring(new LogicalAddress(0x1000), new CommandTag(1)));
        gate.Close();
        Assert.Equal((1, 0u), (writes, gate.ReadFault()));
    }

    /// <summary>Whether a close returns while a post is on its way: a look at it out of the register write.</summary>
    private static bool ReturnsTooEarly(Action<FusionMptGate> close)
    {
        FusionMptGate gate = null!;
        int returned = 0;
        bool early = false;
        var closer = new Thread(() =>
        {
            close(gate);
            Interlocked.Exchange(ref returned, 1);
        });
        gate = new FusionMptGate(
            new Window(() =>
            {
                closer.Start();
                while (gate.IsOpen) Thread.Yield();
                for (int i = 0; i < 5000 && !early; i++)
                {
                    Thread.Yield();
                    early = Interlocked.CompareExchange(ref returned, 0, 0) != 0;
                }
            }),
            1);
        gate.Ring(new LogicalAddress(0x1000), new CommandTag(1));
        closer.Join();
        return early;
    }

    private sealed class Window(Action onWrite) : RegisterWindow(null, 1, 0x100)
    {
        protected override ulong ReadCore(long offset, int size) => 0x1000_0000;

        protected override void WriteCore(long offset, int size, ulong value) => onWrite();
    }
}
