namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1012 : RuleTest
{
    protected override string Id => "DMK1012";

    private protected override Task Buggy(RuleBench bench)
    {
        using BufferHeap low = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "contexts" });
        using BufferHeap high = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "data" });
        HeapPiece context = low.Allocate(1024);
        Assert.Throws<DmaMisuseException>(() => high.Free(context));
        low.Free(context);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BufferHeap low = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "contexts" });
        using BufferHeap high = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "data" });
        HeapPiece context = low.Allocate(1024);
        low.Free(context);
        return Task.CompletedTask;
    }
}
