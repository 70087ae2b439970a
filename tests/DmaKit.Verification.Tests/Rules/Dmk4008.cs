namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk4008 : RuleTest
{
    protected override string Id => "DMK4008";

    private protected override async Task Buggy(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench);
        ring.Prepare();
        ring.Append(new byte[ring.RingBytes]);
        ValueTask<bool> room = ring.WaitAsync(1764);
        Assert.Throws<DmaMisuseException>(() => { _ = ring.WaitAsync(1764); });
        ring.Stop();
        bench.Machine.RunUntilIdle();
        Assert.False(await room);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench);
        ring.Prepare();
        ring.Append(new byte[ring.RingBytes]);
        ValueTask<bool> room = ring.WaitAsync(1764);
        ring.Stop();
        bench.Machine.RunUntilIdle();
        Assert.False(await room);
    }
}
