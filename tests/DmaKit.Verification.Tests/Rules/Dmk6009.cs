namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6009 : RuleTest
{
    protected override string Id => "DMK6009";

    private protected override async Task Buggy(RuleBench bench)
    {
        DmaAdapter data = bench.Function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        await data.DisposeAsync();
        Assert.True(data.TryMap(new byte[512], DmaDirection.ToDevice, default, out DmaMapping last));
        last.Complete(512);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        DmaAdapter data = bench.Function.CreateAdapter(new DmaConstraints { AddressBits = 28 });
        Assert.True(data.TryMap(new byte[512], DmaDirection.ToDevice, default, out DmaMapping last));
        last.Complete(512);
        await data.DisposeAsync();
    }
}
