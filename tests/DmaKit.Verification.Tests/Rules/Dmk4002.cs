namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk4002 : RuleTest
{
    protected override string Id => "DMK4002";

    private protected override Task Buggy(RuleBench bench)
    {
        using var queue = SubmissionRing<ulong>.CreateUpTo(bench.Dma, 16, 16, "submission queue");
        for (ulong block = 0; block < 8; block++) Assert.True(queue.TryWrite(block));
        bench.Machine.RunUntilIdle();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using var queue = SubmissionRing<ulong>.CreateUpTo(bench.Dma, 16, 16, "submission queue");
        for (ulong block = 0; block < 8; block++) Assert.True(queue.TryWrite(block));
        queue.RingDoorbell(bench.Registers, Requests.Doorbell);
        bench.Machine.RunUntilIdle();
        return Task.CompletedTask;
    }
}
