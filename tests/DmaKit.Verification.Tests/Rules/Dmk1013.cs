namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1013 : RuleTest
{
    protected override string Id => "DMK1013";

    private protected override Task Buggy(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "queues" });
        HeapPiece queue = heap.Allocate(4096);
        heap.Free(queue);
        Assert.Throws<DmaMisuseException>(() => queue.Write(0, 1u));
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "queues" });
        HeapPiece queue = heap.Allocate(4096);
        queue.Write(0, 1u);
        heap.Free(queue);
        return Task.CompletedTask;
    }
}
