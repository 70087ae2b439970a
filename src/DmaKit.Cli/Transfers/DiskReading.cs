using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary>Reads a disk in order, with as many requests ahead as there are buffers.</summary>
internal static class DiskReading
{
    /// <summary>Takes the bytes in order.</summary>
    /// <param name="bytes">The next bytes; gone after the call.</param>
    /// <returns>Whether more are wanted.</returns>
    internal delegate ValueTask<bool> Consumer(ReadOnlyMemory<byte> bytes);

    /// <summary>Reads part of a disk.</summary>
    /// <param name="transfer">Buffers, progress.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="offset">Where to start, in bytes, at any byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="consumer">Takes them.</param>
    internal static async Task RunAsync(Transfer transfer, BlockDevice disk, long offset, long length, Consumer consumer)
    {
        int block = disk.Info.BlockSize;
        long end = offset + length;
        long asked = offset - offset % block;
        long taken = offset;
        try
        {
            while (taken < end)
            {
                transfer.Interrupted.ThrowIfCancellationRequested();
                while (!transfer.InFlight.IsFull && asked < end)
                {
                    Memory<byte> buffer = transfer.Buffers[transfer.InFlight.NextPlace];
                    int chunk = (int)Math.Min(buffer.Length, RoundUp(end, block) - asked);
                    transfer.InFlight.Add(disk.ReadAsync(asked, buffer[..chunk], transfer.GiveUp), chunk);
                    asked += chunk;
                }

                Memory<byte> oldest = transfer.Buffers[transfer.InFlight.OldestPlace];
                int read = await transfer.InFlight.TakeAsync().ConfigureAwait(false);
                int skipped = (int)(taken % block);
                int wanted = (int)Math.Min(read - skipped, end - taken);
                bool more = await consumer(oldest.Slice(skipped, wanted)).ConfigureAwait(false);
                taken += wanted;
                transfer.Meter.Add(wanted);
                if (!more) break;
            }
        }
        finally
        {
            await transfer.InFlight.DrainAsync().ConfigureAwait(false);
        }
    }

    private static long RoundUp(long value, int block) => (value + block - 1) / block * block;
}
