namespace DmaKit.Tests;

/// <summary>What a ring does when its driver throws, and how it refuses.</summary>
public sealed class CyclicRefusalTests
{
    private static CyclicTransferOptions Options { get; } = new() { FrameBytes = 4, Rate = RingDevice.Rate, PeriodBytes = 40, RingBytes = 400 };

    [Fact]
    public void E1_Whatever_the_drivers_stop_throws_disposal_reports_it()
    {
        var device = new RingDevice(Options) { AtStop = () => throw new InvalidOperationException("a bug of the driver's") };
        device.Transfer.Start();
        device.Transfer.Dispose();
        MisuseReport report = Assert.Single(device.Transfer.Adapter.Function.Platform.Misuse.Reports, r => r.Rule == "ring-not-stopped");
        Assert.IsType<InvalidOperationException>(report.Cause);
        Assert.True(device.Transfer.IsDisposed);
    }

    [Fact]
    public async Task T1_Refusals_are_told_outside_of_the_rings_lock()
    {
        var device = new RingDevice(Options);
        CyclicTransfer ring = device.Transfer;
        var found = new List<CyclicState>();
        ring.Adapter.Function.Platform.Misuse.Refused += _ =>
        {
            // Another thread gets the lock, or this would never end.
            var other = new Thread(() => found.Add(ring.State));
            other.Start();
            Assert.True(other.Join(TimeSpan.FromSeconds(10)), "a refusal was told under the ring's lock");
        };
        await Assert.ThrowsAsync<DmaMisuseException>(() => ring.DrainAsync(TestContext.Current.CancellationToken).AsTask());
        ring.Start();
        Assert.Throws<DmaMisuseException>(ring.Prepare);
        Assert.Throws<DmaMisuseException>(ring.Start);
        Assert.Equal([CyclicState.Stopped, CyclicState.Running, CyclicState.Running], found);

        // The refused calls left the ring in order.
        ring.Stop();
        ring.Prepare();
        Assert.Equal(CyclicState.Prepared, ring.State);
        ring.Dispose();
    }
}
