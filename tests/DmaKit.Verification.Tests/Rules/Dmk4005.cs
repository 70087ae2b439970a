namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk4005 : RuleTest
{
    protected override string Id => "DMK4005";

    private protected override Task Buggy(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench);
        ring.Prepare();
        CyclicSpans period = ring.AcquireWrite(1764);
        period.First.Fill(2);
        ring.CommitWrite(period.Length);
        ring.CommitWrite(0);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench);
        ring.Prepare();
        CyclicSpans period = ring.AcquireWrite(1764);
        period.First.Fill(2);
        ring.CommitWrite(period.Length);
        return Task.CompletedTask;
    }
}
