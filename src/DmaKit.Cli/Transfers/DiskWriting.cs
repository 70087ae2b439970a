using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary>Writes a source to a disk: reading the source, hashing it and writing the disk overlap.</summary>
internal static class DiskWriting
{
    /// <summary>Writes all of a source.</summary>
    /// <param name="transfer">Buffers, hash, progress.</param>
    /// <param name="source">The data.</param>
    /// <param name="disk">Where it goes.</param>
    /// <param name="offset">Where it starts, in bytes; blocks that are written in part keep their other bytes.</param>
    /// <exception cref="ToolException">The source has more than fits, or less than it promised.</exception>
    internal static async Task RunAsync(Transfer transfer, SourceFile source, BlockDevice disk, long offset)
    {
        long fed = 0;
        try
        {
            fed = await FeedAsync(transfer, source, disk, offset).ConfigureAwait(false);
            while (transfer.InFlight.Count > 0) transfer.Meter.Add(await transfer.InFlight.TakeAsync().ConfigureAwait(false));
            await disk.FlushAsync(transfer.GiveUp).ConfigureAwait(false);
        }
        finally
        {
            transfer.Meter.Add(await transfer.InFlight.DrainAsync().ConfigureAwait(false));
        }

        if (source.Length is { } promised && fed < promised)
            throw new ToolException($"{PathText.Show(source.Path)} ended after {SizeText.Exact(fed)} bytes; it had {SizeText.Exact(promised)} when it was opened");
    }

    private static async Task<long> FeedAsync(Transfer transfer, SourceFile source, BlockDevice disk, long offset)
    {
        int block = disk.Info.BlockSize;
        long end = disk.Info.Length;
        long position = offset;
        while (true)
        {
            transfer.Interrupted.ThrowIfCancellationRequested();
            if (position == end)
            {
                await ExpectEndAsync(transfer, source, position - offset, offset).ConfigureAwait(false);
                return position - offset;
            }

            if (transfer.InFlight.IsFull) transfer.Meter.Add(await transfer.InFlight.TakeAsync().ConfigureAwait(false));
            Memory<byte> buffer = transfer.Buffers[transfer.InFlight.NextPlace];
            int head = (int)(position % block);
            long start = position - head;
            int room = (int)Math.Min(buffer.Length, end - start) - head;
            int got = await source.FillAsync(buffer.Slice(head, room), transfer.Interrupted).ConfigureAwait(false);
            if (got == 0) return position - offset;
            transfer.Hash(buffer.Span.Slice(head, got));
            int length = (head + got + block - 1) / block * block;
            if (head > 0) await KeepHeadAsync(transfer, disk, start, buffer, head).ConfigureAwait(false);
            if (length > head + got) await KeepTailAsync(transfer, disk, start, buffer, head + got, length).ConfigureAwait(false);
            transfer.InFlight.Add(disk.WriteAsync(start, buffer[..length], transfer.GiveUp), got);
            position += got;
            if (got < room) return position - offset;
        }
    }

    private static async ValueTask KeepHeadAsync(Transfer transfer, BlockDevice disk, long start, Memory<byte> buffer, int head)
    {
        Memory<byte> edge = transfer.Buffers.Edge[..disk.Info.BlockSize];
        await disk.ReadAsync(start, edge, transfer.GiveUp).ConfigureAwait(false);
        edge[..head].CopyTo(buffer);
    }

    private static async ValueTask KeepTailAsync(Transfer transfer, BlockDevice disk, long start, Memory<byte> buffer, int used, int length)
    {
        int block = disk.Info.BlockSize;
        Memory<byte> edge = transfer.Buffers.Edge[..block];
        await disk.ReadAsync(start + length - block, edge, transfer.GiveUp).ConfigureAwait(false);
        int kept = length - used;
        edge[^kept..].CopyTo(buffer[used..]);
    }

    private static async ValueTask ExpectEndAsync(Transfer transfer, SourceFile source, long written, long offset)
    {
        var one = new byte[1];
        if (await source.FillAsync(one, transfer.Interrupted).ConfigureAwait(false) == 0) return;
        throw new ToolException(
            $"{PathText.Show(source.Path)} has more than fits: the disk ends {SizeText.Exact(written)} bytes after offset {SizeText.Exact(offset)}; those were written");
    }
}
