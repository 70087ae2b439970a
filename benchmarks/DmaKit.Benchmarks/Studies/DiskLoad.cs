using System.Diagnostics;
using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>Reads a disk, one request after the other, with as many in flight as all studies of the disk have.</summary>
internal static class DiskLoad
{
    /// <summary>Reads until the time is over.</summary>
    /// <returns>Commands a second.</returns>
    public static async Task<double> RunAsync(DmaPlatform machine, BlockDevice disk, TimeSpan time)
    {
        using SystemBuffer buffer = machine.AllocateSystemBuffer(DiskPath.Depth * DiskPath.Bytes);
        var requests = new ValueTask[DiskPath.Depth];
        long places = disk.Info.Length / DiskPath.Bytes;
        long next = 0;
        long done = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < requests.Length; i++) Post(i);
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            for (int i = 0; i < requests.Length; i++, done++)
            {
                await requests[i].ConfigureAwait(false);
                Post(i);
            }
        }

        for (int i = 0; i < requests.Length; i++, done++) await requests[i].ConfigureAwait(false);
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;

        void Post(int i) => requests[i] = disk.ReadAsync(next++ % places * DiskPath.Bytes, buffer.Memory(i * DiskPath.Bytes, DiskPath.Bytes));
    }
}
