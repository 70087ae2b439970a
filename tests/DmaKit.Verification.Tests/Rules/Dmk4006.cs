namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk4006 : RuleTest
{
    protected override string Id => "DMK4006";

    private protected override Task Buggy(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench, DmaDirection.FromDevice);
        ring.Prepare();
        ring.Append(new byte[1764]);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using CyclicTransfer ring = new SoundCard().Ring(bench, DmaDirection.FromDevice);
        ring.Prepare();
        Assert.Equal(0, ring.Read(new byte[1764]).Length);
        return Task.CompletedTask;
    }
}
