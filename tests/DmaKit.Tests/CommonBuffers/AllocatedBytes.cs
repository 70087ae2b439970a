namespace DmaKit.Tests;

/// <summary>Counts what a piece of code allocates on this thread in its steady state.</summary>
internal static class AllocatedBytes
{
    /// <summary>
    /// The managed bytes of fifty calls after fifty others; the least of three tries, because the runtime allocates now and then on the
    /// calling thread when it compiles a method anew. What the code itself allocates shows in every try.
    /// </summary>
    public static long Of(Action work)
    {
        Repeat(work);
        long least = long.MaxValue;
        for (int i = 0; i < 3 && least != 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(work);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void Repeat(Action work)
    {
        for (int i = 0; i < 50; i++) work();
    }
}
