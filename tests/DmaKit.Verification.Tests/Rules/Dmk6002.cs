namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6002 : RuleTest
{
    protected override string Id => "DMK6002";

    private protected override RuleOptions Options => new() { MapRegisters = 4 };

    private protected override async Task Buggy(RuleBench bench)
    {
        DmaRequest[] requests = [bench.Dma.Domain.CreateRequest("read 1"), bench.Dma.Domain.CreateRequest("read 2")];
        var held = new List<DmaMapping>();
        foreach (DmaRequest request in requests) held.Add(await MapAsync(bench, request));
        Task<DmaMapping>[] more = [.. requests.Select(request => MapAsync(bench, request))];
        bench.Machine.RunUntilIdle();
        foreach (DmaMapping mapping in held) mapping.Complete(0);
        bench.Machine.RunUntilIdle();
        await ((Task)Task.WhenAll(more)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (Task<DmaMapping> mapping in more.Where(m => m.IsCompletedSuccessfully)) (await mapping).Complete(0);
    }

    private protected override async Task Clean(RuleBench bench)
    {
        DmaRequest[] requests = [bench.Dma.Domain.CreateRequest("read 1"), bench.Dma.Domain.CreateRequest("read 2")];
        foreach (DmaRequest request in requests)
        {
            DmaMapping[] held = [await MapAsync(bench, request), await MapAsync(bench, request)];
            foreach (DmaMapping mapping in held) mapping.Complete(0);
        }
    }

    private static Task<DmaMapping> MapAsync(RuleBench bench, DmaRequest request) =>
        bench.Dma.MapAsync(new byte[2 * 4096], DmaDirection.ToDevice, new MappingOptions { Request = request }, TestContext.Current.CancellationToken).AsTask();
}
