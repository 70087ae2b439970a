namespace DmaKit.Verification.Tests.Rules;

[NotOnQemu("the poll is to fail on its time, and QEMU's time is the real one")]
public sealed class Dmk4010 : RuleTest
{
    protected override string Id => "DMK4010";

    private protected override Task Buggy(RuleBench bench)
    {
        int lap = 0;
        var card = new SoundCard { Polling = () => { if (lap++ == 0) throw new DmaException("The position register reads as ones."); } };
        using CyclicTransfer ring = card.Ring(bench, poll: TimeSpan.FromMilliseconds(10));
        ring.Start();
        bench.Machine.Advance(TimeSpan.FromMilliseconds(25));
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        int lap = 0;
        var card = new SoundCard { Polling = () => lap++ };
        using CyclicTransfer ring = card.Ring(bench, poll: TimeSpan.FromMilliseconds(10));
        ring.Start();
        bench.Machine.Advance(TimeSpan.FromMilliseconds(25));
        return Task.CompletedTask;
    }
}
