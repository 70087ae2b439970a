using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>The trace on an allocator of processes, in C.</summary>
internal sealed unsafe class PeerHeap : IDisposable
{
    private readonly delegate* unmanaged<nint, int, long> _play;
    private readonly delegate* unmanaged<nint, void> _close;
    private readonly GCHandle _operations = GCHandle.Alloc(Trace.Operations, GCHandleType.Pinned);
    private readonly nint _player;

    public PeerHeap(string allocator)
    {
        nint library = Peers.Load(allocator);
        // SAFETY: functions of benchmarks/peers/trace.c with these parameters; the operations stay pinned until after trace_close.
        var open = (delegate* unmanaged<TraceOperation*, long, long, nint>)NativeLibrary.GetExport(library, "trace_open");
        _play = (delegate* unmanaged<nint, int, long>)NativeLibrary.GetExport(library, "trace_play");
        _close = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "trace_close");
        _player = open((TraceOperation*)_operations.AddrOfPinnedObject(), Trace.Count, Trace.Slots);
    }

    // SAFETY: as above; one thread, and not after Dispose.
    public long Play(int n) => _play(_player, n);

    public void Dispose()
    {
        // SAFETY: as above.
        _close(_player);
        _operations.Free();
    }
}
