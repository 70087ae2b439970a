namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1010 : RuleTest
{
    protected override string Id => "DMK1010";

    private protected override Task Buggy(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 32, Count = 16, Name = "completions" });
        Assert.True(pool.TryRent(out Block completion));
        pool.Return(completion);
        Assert.Throws<DmaMisuseException>(() => completion.Read<int>(4));
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 32, Count = 16, Name = "completions" });
        Assert.True(pool.TryRent(out Block completion));
        Assert.Equal(0, completion.Read<int>(4));
        pool.Return(completion);
        return Task.CompletedTask;
    }
}
