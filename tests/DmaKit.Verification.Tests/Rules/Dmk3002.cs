namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk3002 : RuleTest
{
    protected override string Id => "DMK3002";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> first));
        CommandTag tag = first.Tag;
        ValueTask<CommandOutcome<int>> posted = first.Post(bench);
        Assert.Throws<DmaMisuseException>(() => { _ = first.Post(bench); });
        await pool.AnswerAsync(bench, tag, posted);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> first));
        CommandTag tag = first.Tag;
        ValueTask<CommandOutcome<int>> posted = first.Post(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> second));
        CommandTag retry = second.Tag;
        await pool.AnswerAsync(bench, retry, second.Post(bench));
        await pool.AnswerAsync(bench, tag, posted);
    }
}
