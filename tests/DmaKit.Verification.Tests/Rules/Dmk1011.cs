namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1011 : RuleTest
{
    protected override string Id => "DMK1011";

    private protected override Task Buggy(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "queues" });
        HeapPiece queue = heap.Allocate(4096);
        heap.Free(queue);
        Assert.Throws<DmaMisuseException>(() => heap.Free(queue));
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "queues" });
        HeapPiece queue = heap.Allocate(4096);
        heap.Free(queue);
        return Task.CompletedTask;
    }
}
