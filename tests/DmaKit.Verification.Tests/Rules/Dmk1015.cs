namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1015 : RuleTest
{
    protected override string Id => "DMK1015";

    private protected override Task Buggy(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "queues" });
        HeapPiece head = heap.Allocate(1000);
        ref uint tail = ref head.Ref<uint>(512);
        heap.Free(head);
        tail = 3;
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "queues" });
        HeapPiece head = heap.Allocate(1000);
        ref uint tail = ref head.Ref<uint>(512);
        tail = 3;
        heap.Free(head);
        return Task.CompletedTask;
    }
}
