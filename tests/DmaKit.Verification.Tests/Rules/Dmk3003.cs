namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk3003 : RuleTest
{
    protected override string Id => "DMK3003";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> write));
        CommandTag tag = write.Tag;
        Span<byte> cdb = write.Trailing;
        ValueTask<CommandOutcome<int>> posted = write.Post(bench);
        cdb[1] = 0x2A;
        await pool.AnswerAsync(bench, tag, posted);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> write));
        CommandTag tag = write.Tag;
        Span<byte> cdb = write.Trailing;
        cdb[1] = 0x2A;
        ValueTask<CommandOutcome<int>> posted = write.Post(bench);
        await pool.AnswerAsync(bench, tag, posted);
    }
}
