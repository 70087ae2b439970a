namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2014 : RuleTest
{
    protected override string Id => "DMK2014";

    private protected override async Task Buggy(RuleBench bench)
    {
        using DmaTransaction image = bench.Dma.CreateTransaction();
        image.Begin(new byte[4096], DmaDirection.ToDevice);
        await image.StageAsync(TestContext.Current.CancellationToken);
        image.Begin(new byte[4096], DmaDirection.ToDevice);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        using DmaTransaction image = bench.Dma.CreateTransaction();
        image.Begin(new byte[4096], DmaDirection.ToDevice);
        await image.StageAsync(TestContext.Current.CancellationToken);
        Assert.True(image.Complete());
        image.Begin(new byte[4096], DmaDirection.ToDevice);
    }
}
