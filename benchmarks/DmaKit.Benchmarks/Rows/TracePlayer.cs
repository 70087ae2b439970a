using DmaKit.Tests;

namespace DmaKit.Benchmarks;

/// <summary>Plays the trace on a heap, some operations at a time: once filled, every operation is a free and an allocation.</summary>
internal sealed class TracePlayer : IDisposable
{
    private readonly BufferHeap _heap;
    private readonly HeapPiece[] _pieces = new HeapPiece[Trace.Slots];
    private readonly int _alignment;
    private int _at;

    public TracePlayer(long heapLength, int alignment = 0, bool frontCaches = false)
    {
        var machine = new PlainMachine(pages: (int)(heapLength / PlainMachine.Page) + 1);
        _heap = BufferHeap.Create(machine.CreateAdapter(), heapLength, new BufferHeapOptions { ExpectedPieces = Trace.Slots + 2048, FrontCaches = frontCaches });
        _alignment = alignment;
        for (; _at < Trace.Slots; _at++) _pieces[_at] = _heap.Allocate(Trace.Operations[_at].Length, _alignment);
    }

    /// <summary>Plays on, from the start of the trace again when it has ended.</summary>
    public long Play(int n)
    {
        TraceOperation[] operations = Trace.Operations;
        for (int i = 0; i < n; i++)
        {
            if (_at == operations.Length) _at = Trace.Slots;
            (int slot, int length) = operations[_at++];
            ref HeapPiece piece = ref _pieces[slot];
            _heap.Free(piece);
            if (!_heap.TryAllocate(length, out piece, _alignment)) throw new InvalidOperationException("The heap is too small for the trace.");
        }

        return n;
    }

    public void Dispose()
    {
        foreach (HeapPiece piece in _pieces) _heap.Free(piece);
        _heap.Dispose();
    }
}
