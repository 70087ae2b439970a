namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk3004 : RuleTest
{
    protected override string Id => "DMK3004";

    private protected override async Task Buggy(RuleBench bench)
    {
        CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> flush));
        flush.Packet = new RequestFrame { Tag = flush.Tag.Wire, Opcode = 0x35 };
        await pool.DisposeAsync();
        flush.Dispose();
    }

    private protected override async Task Clean(RuleBench bench)
    {
        CommandPool<RequestFrame, int> pool = Requests.Create(bench);
        Assert.True(pool.TryRent(out Command<RequestFrame, int> flush));
        flush.Packet = new RequestFrame { Tag = flush.Tag.Wire, Opcode = 0x35 };
        flush.Dispose();
        await pool.DisposeAsync();
    }
}
