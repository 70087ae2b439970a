namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1018 : RuleTest
{
    protected override string Id => "DMK1018";

    private protected override Task Buggy(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "completion queues" });
        using HeapPiece queue = heap.Allocate(64 * 16);
        for (int i = 0; i <= 64; i++) queue.Write(i * 16, (ulong)i);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BufferHeap heap = BufferHeap.Create(bench.Dma, 65536, new BufferHeapOptions { Name = "completion queues" });
        using HeapPiece queue = heap.Allocate(64 * 16);
        for (int i = 0; i < 64; i++) queue.Write(i * 16, (ulong)i);
        return Task.CompletedTask;
    }
}
