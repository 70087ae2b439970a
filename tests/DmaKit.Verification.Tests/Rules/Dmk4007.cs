namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk4007 : RuleTest
{
    protected override string Id => "DMK4007";

    private protected override Task Buggy(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench);
        ring.Start();
        ring.Prepare();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench);
        ring.Start();
        ring.Stop();
        ring.Prepare();
        return Task.CompletedTask;
    }
}
