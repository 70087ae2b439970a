namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk3005 : RuleTest
{
    protected override string Id => "DMK3005";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.ToDevice, out DmaMapping data));
        Assert.True(pool.TryRent(out Command<RequestFrame, int> write));
        Assert.True(pool.TryRent(out Command<RequestFrame, int> mirror));
        (CommandTag first, CommandTag second) = (write.Tag, mirror.Tag);
        ValueTask<CommandOutcome<int>> posted = write.Post(bench, data);
        Assert.Throws<DmaMisuseException>(() => { _ = mirror.Post(bench, data); });
        mirror.Dispose();
        await pool.AnswerAsync(bench, first, posted, 512);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.ToDevice, out DmaMapping data));
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.ToDevice, out DmaMapping again));
        Assert.True(pool.TryRent(out Command<RequestFrame, int> write));
        Assert.True(pool.TryRent(out Command<RequestFrame, int> mirror));
        (CommandTag first, CommandTag second) = (write.Tag, mirror.Tag);
        ValueTask<CommandOutcome<int>> posted = write.Post(bench, data);
        await pool.AnswerAsync(bench, second, mirror.Post(bench, again), 512);
        await pool.AnswerAsync(bench, first, posted, 512);
    }
}
