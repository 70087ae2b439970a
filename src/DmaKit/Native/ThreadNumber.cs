namespace DmaKit.Native;

/// <summary>A number for each thread that asks, never given twice: unlike the runtime's, which an heir may get.</summary>
internal static class ThreadNumber
{
    private static long s_last;

    [ThreadStatic]
    private static long t_number;

    /// <summary>The caller's.</summary>
    internal static long Current => t_number != 0 ? t_number : t_number = Interlocked.Increment(ref s_last);
}
