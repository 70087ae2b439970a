namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk3001 : RuleTest
{
    protected override string Id => "DMK3001";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> read));
        CommandTag tag = read.Tag;
        ValueTask<CommandOutcome<int>> posted = read.Post(bench);
        Assert.Throws<DmaMisuseException>(() => { read.Packet = new RequestFrame { Tag = tag.Wire, Opcode = 0x28, Block = 7 }; });
        await pool.AnswerAsync(bench, tag, posted);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> read));
        CommandTag tag = read.Tag;
        read.Packet = new RequestFrame { Tag = tag.Wire, Opcode = 0x28, Block = 7 };
        ValueTask<CommandOutcome<int>> posted = read.Post(bench);
        await pool.AnswerAsync(bench, tag, posted);
    }
}
