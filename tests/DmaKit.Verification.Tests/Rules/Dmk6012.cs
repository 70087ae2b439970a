namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6012 : RuleTest
{
    protected override string Id => "DMK6012";

    private protected override RuleOptions Options => new() { Verifier = new() { MappingsBeforeLeak = 50 } };

    private protected override Task Buggy(RuleBench bench)
    {
        byte[] frame = new byte[64];
        var sent = new Queue<DmaMapping>();
        for (int i = 0; i < 200; i++)
        {
            Assert.True(bench.Dma.TryMap(frame, DmaDirection.ToDevice, default, out DmaMapping mapping));
            sent.Enqueue(mapping);
        }

        while (sent.TryDequeue(out DmaMapping mapping)) mapping.Complete(64);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        byte[] frame = new byte[64];
        var sent = new Queue<DmaMapping>();
        for (int i = 0; i < 200; i++)
        {
            Assert.True(bench.Dma.TryMap(frame, DmaDirection.ToDevice, default, out DmaMapping mapping));
            sent.Enqueue(mapping);
            if (sent.Count > 8) sent.Dequeue().Complete(64);
        }

        while (sent.TryDequeue(out DmaMapping mapping)) mapping.Complete(64);
        return Task.CompletedTask;
    }
}
