using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>The trace on the heap of the process.</summary>
internal sealed unsafe class ProcessHeap : IDisposable
{
    private readonly nint[] _pieces = new nint[Trace.Slots];
    private int _at;

    public ProcessHeap()
    {
        // SAFETY: owner: this object; every piece is freed once, by the operation that replaces it or by Dispose; one thread.
        for (; _at < Trace.Slots; _at++) _pieces[_at] = (nint)NativeMemory.Alloc((nuint)Trace.Operations[_at].Length);
    }

    public long Play(int n)
    {
        (int Slot, int Length)[] operations = Trace.Operations;
        for (int i = 0; i < n; i++)
        {
            if (_at == operations.Length) _at = Trace.Slots;
            (int slot, int length) = operations[_at++];
            ref nint piece = ref _pieces[slot];

            // SAFETY: as above.
            NativeMemory.Free((void*)piece);
            piece = (nint)NativeMemory.Alloc((nuint)length);
        }

        return n;
    }

    // SAFETY: as above.
    public void Dispose()
    {
        foreach (nint piece in _pieces) NativeMemory.Free((void*)piece);
    }
}
