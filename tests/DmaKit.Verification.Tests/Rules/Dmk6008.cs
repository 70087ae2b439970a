namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6008 : RuleTest
{
    protected override string Id => "DMK6008";

    private protected override RuleOptions Options => new() { MapRegisters = 4 };

    private protected override async Task Buggy(RuleBench bench)
    {
        using var stop = new CancellationTokenSource();
        Assert.True(bench.Dma.TryMap(new byte[4 * 4096], DmaDirection.ToDevice, default, out DmaMapping busy));
        DmaTransaction firmware = bench.Dma.CreateTransaction();
        firmware.Begin(new byte[2 * 4096], DmaDirection.ToDevice);
        Task staging = firmware.StageAsync(stop.Token).AsTask();
        firmware.Dispose();
        await stop.CancelAsync();
        bench.Machine.RunUntilIdle();
        await staging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        busy.Complete(0);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        using var stop = new CancellationTokenSource();
        Assert.True(bench.Dma.TryMap(new byte[4 * 4096], DmaDirection.ToDevice, default, out DmaMapping busy));
        DmaTransaction firmware = bench.Dma.CreateTransaction();
        firmware.Begin(new byte[2 * 4096], DmaDirection.ToDevice);
        Task staging = firmware.StageAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        bench.Machine.RunUntilIdle();
        await staging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        firmware.Dispose();
        busy.Complete(0);
    }
}
