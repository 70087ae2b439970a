namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk3007 : RuleTest
{
    protected override string Id => "DMK3007";

    private protected override async Task Buggy(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> inquiry));
        CommandTag tag = inquiry.Tag;
        inquiry.Packet = new RequestFrame { Tag = tag.Wire, Opcode = 0x12 };
        bench.Registers.Write32(Requests.Doorbell, inquiry.LogicalAddress.Low32);
        inquiry.Dispose();
    }

    private protected override async Task Clean(RuleBench bench)
    {
        await using CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> inquiry));
        CommandTag tag = inquiry.Tag;
        inquiry.Packet = new RequestFrame { Tag = tag.Wire, Opcode = 0x12 };
        await pool.AnswerAsync(bench, tag, inquiry.Post(bench));
    }
}
