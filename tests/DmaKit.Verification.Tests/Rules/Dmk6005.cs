namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6005 : RuleTest
{
    protected override string Id => "DMK6005";

    private protected override Task Buggy(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "messages" });
        HeapPiece hello = heap.Allocate(100, name: "hello");
        bench.EduReads(hello.LogicalAddress, 100);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "messages" });
        HeapPiece hello = heap.Allocate(100, name: "hello");
        bench.EduReads(hello.LogicalAddress, 100);
        heap.Free(hello);
        return Task.CompletedTask;
    }
}
