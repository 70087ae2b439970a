namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk4009 : RuleTest
{
    protected override string Id => "DMK4009";

    private protected override Task Buggy(RuleBench bench)
    {
        var card = new SoundCard { Stopping = () => throw new DmaException("The engine is busy: try again.") };
        CyclicTransfer ring = card.Ring(bench);
        ring.Start();
        ring.Dispose();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        var card = new SoundCard { Stopping = () => bench.Registers.Write32(Requests.Doorbell, 0) };
        CyclicTransfer ring = card.Ring(bench);
        ring.Start();
        ring.Dispose();
        return Task.CompletedTask;
    }
}
