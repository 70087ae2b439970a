using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>The C sources of this repository in benchmarks/peers: libpeer-own.so.</summary>
internal static unsafe partial class Own
{
    // SAFETY: functions of benchmarks/peers/echo.c and ring.c with these parameters; what they are given stays pinned as long as they run.
    [LibraryImport("peer-own", EntryPoint = "pingpong_answer")]
    public static partial void PingPongAnswer(nint court, int* stop);

    [LibraryImport("peer-own", EntryPoint = "pingpong_play")]
    public static partial long PingPongPlay(nint court, int n);

    [LibraryImport("peer-own", EntryPoint = "ring_answer")]
    public static partial void RingAnswer(QueuePair* pair, int* stop);

    [LibraryImport("peer-own", EntryPoint = "ring_play")]
    public static partial long RingPlay(QueuePair* pair, int depth, int n);
}
