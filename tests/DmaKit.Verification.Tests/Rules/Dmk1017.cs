namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1017 : RuleTest
{
    protected override string Id => "DMK1017";

    private protected override Task Buggy(RuleBench bench)
    {
        BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "contexts" });
        HeapPiece context = heap.Allocate(1024);
        heap.Buffer.Dispose();
        heap.Free(context);
        heap.Dispose();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "contexts" });
        HeapPiece context = heap.Allocate(1024);
        heap.Free(context);
        heap.Dispose();
        return Task.CompletedTask;
    }
}
