using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary>Reads a disk for a while, keeping every buffer busy.</summary>
internal static class DiskBenching
{
    /// <summary>Reads until the time is over.</summary>
    /// <param name="transfer">Buffers, progress.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="name">What is measured.</param>
    /// <param name="requestBytes">Bytes of each request, at most those of a buffer.</param>
    /// <param name="random">Where the requests go; null for one after the other.</param>
    /// <param name="duration">How long.</param>
    /// <param name="clock">The time.</param>
    internal static async Task<BenchResult> RunAsync(
        Transfer transfer, BlockDevice disk, string name, int requestBytes, Random? random, TimeSpan duration, TimeProvider clock)
    {
        int size = (int)Math.Min(requestBytes, disk.Info.Length);
        long places = disk.Info.Length / size;
        long next = 0;
        long commands = 0;
        long started = clock.GetTimestamp();
        try
        {
            do
            {
                transfer.Interrupted.ThrowIfCancellationRequested();
                while (!transfer.InFlight.IsFull)
                {
                    long place = random is null ? next++ % places : random.NextInt64(places);
                    transfer.InFlight.Add(disk.ReadAsync(place * size, transfer.Buffers[transfer.InFlight.NextPlace][..size], transfer.GiveUp), size);
                }

                await TakeAsync().ConfigureAwait(false);
            }
            while (clock.GetElapsedTime(started) < duration);
            while (transfer.InFlight.Count > 0) await TakeAsync().ConfigureAwait(false);
        }
        finally
        {
            await transfer.InFlight.DrainAsync().ConfigureAwait(false);
        }

        return new BenchResult(name, size, commands, clock.GetElapsedTime(started));

        async ValueTask TakeAsync()
        {
            int bytes = await transfer.InFlight.TakeAsync().ConfigureAwait(false);
            commands++;
            transfer.Meter.Add(bytes);
        }
    }
}
