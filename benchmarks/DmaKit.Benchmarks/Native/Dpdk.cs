using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>DPDK's memory pool: 2,048 objects, a cache of 512 for the core, 1,024 of them out for the row that replaces.</summary>
internal static unsafe partial class Dpdk
{
    private static int s_opened;

    /// <summary>Makes the calling thread the one that measures. A second call does nothing.</summary>
    public static void Open()
    {
        if (s_opened++ != 0) return;
        int error = OpenPool(4096, Pools.Length, 512, PoolReplace.Live);
        if (error != 0) throw new InvalidOperationException($"DPDK did not start: error {error}.");
    }

    public static long Replace(int n) => ReplaceMany(n);

    public static long Singles(int n) => TakeSingles(n);

    public static long Bulk(int n) => TakeBulk(n);

    public static long Cross(int n) => TakeCross(n);

    /// <summary>Lets the other thread, which has joined, return what comes.</summary>
    // SAFETY: the word is the other core's, and outlives the call.
    public static void BeginReturning(OtherCore other) => other.Begin(stop => ReturnUntil(stop));

    // SAFETY: all are functions of benchmarks/peers/dpdk.c with these parameters; they touch nothing of ours but the word behind "stop".
    [LibraryImport("peer-dpdk", EntryPoint = "dpdk_join")]
    public static partial int Join();

    [LibraryImport("peer-dpdk", EntryPoint = "dpdk_leave")]
    public static partial void Leave();

    [LibraryImport("peer-dpdk", EntryPoint = "dpdk_return_until")]
    private static partial long ReturnUntil(int* stop);

    [LibraryImport("peer-dpdk", EntryPoint = "dpdk_open")]
    private static partial int OpenPool(int blocks, int length, int cache, int live);

    [LibraryImport("peer-dpdk", EntryPoint = "dpdk_replace")]
    private static partial long ReplaceMany(int n);

    [LibraryImport("peer-dpdk", EntryPoint = "dpdk_singles")]
    private static partial long TakeSingles(int n);

    [LibraryImport("peer-dpdk", EntryPoint = "dpdk_bulk")]
    private static partial long TakeBulk(int n);

    [LibraryImport("peer-dpdk", EntryPoint = "dpdk_cross")]
    private static partial long TakeCross(int n);
}
