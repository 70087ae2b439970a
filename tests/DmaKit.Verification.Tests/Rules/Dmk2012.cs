namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2012 : RuleTest
{
    protected override string Id => "DMK2012";

    private protected override Task Buggy(RuleBench bench)
    {
        foreach (int sector in new[] { 7, 9 })
        {
            byte[] data = new byte[512];
            Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, default, out DmaMapping mapping));
            bench.EduWrites(mapping.Elements[0].Address, 512);
            if (data.Length > 512 + sector) mapping.Complete(512);
        }
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        foreach (int sector in new[] { 7, 9 })
        {
            byte[] data = new byte[512];
            Assert.True(bench.Dma.TryMap(data, DmaDirection.FromDevice, default, out DmaMapping mapping));
            bench.EduWrites(mapping.Elements[0].Address, 512);
            if (data.Length > sector) mapping.Complete(512);
        }
        return Task.CompletedTask;
    }
}
