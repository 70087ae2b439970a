using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary>Copies one disk to another on the same adapter: half of the buffers are being read ahead, half are being written.</summary>
internal static class DiskCopying
{
    /// <summary>Copies all of a disk to the beginning of another.</summary>
    internal static async Task RunAsync(Transfer transfer, BlockDevice from, BlockDevice to)
    {
        int places = transfer.Buffers.Count;
        int ahead = Math.Max(1, places / 2);
        var reads = new InFlight(places);
        InFlight writes = transfer.InFlight;
        long end = from.Info.Length;
        long asked = 0;
        long taken = 0;
        try
        {
            while (taken < end)
            {
                transfer.Interrupted.ThrowIfCancellationRequested();
                while (reads.Count < ahead && asked < end)
                {
                    // The buffer of the next read was that of a write, as many rounds ago as there are buffers.
                    if (reads.Count + writes.Count == places) transfer.Meter.Add(await writes.TakeAsync().ConfigureAwait(false));
                    int chunk = (int)Math.Min(TransferBuffers.ChunkBytes, end - asked);
                    reads.Add(from.ReadAsync(asked, transfer.Buffers[reads.NextPlace][..chunk], transfer.GiveUp), chunk);
                    asked += chunk;
                }

                Memory<byte> buffer = transfer.Buffers[reads.OldestPlace];
                int read = await reads.TakeAsync().ConfigureAwait(false);
                transfer.Hash(buffer.Span[..read]);
                writes.Add(to.WriteAsync(taken, buffer[..read], transfer.GiveUp), read);
                taken += read;
            }

            while (writes.Count > 0) transfer.Meter.Add(await writes.TakeAsync().ConfigureAwait(false));
            await to.FlushAsync(transfer.GiveUp).ConfigureAwait(false);
        }
        finally
        {
            await reads.DrainAsync().ConfigureAwait(false);
            transfer.Meter.Add(await writes.DrainAsync().ConfigureAwait(false));
        }
    }
}
