using System.Buffers;
using System.IO.Pipelines;

namespace DmaKit;

/// <content>Playing from a pipe.</content>
public sealed partial class CyclicTransfer
{
    /// <summary>
    /// Appends everything that a pipe brings, until it ends: the pipe's writer feels the ring's pace. It copies straight from the pipe's
    /// segments into the ring. What does not make a whole frame at the pipe's end is left out.
    /// </summary>
    /// <param name="source">The pipe; it is neither completed nor disposed.</param>
    /// <param name="cancellationToken">Gives up waiting; what was written stays.</param>
    /// <returns>How many bytes were written: all, but when the transfer was stopped or drained meanwhile.</returns>
    public async ValueTask<long> WriteFromAsync(PipeReader source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        for (long total = 0; ;)
        {
            ReadResult got = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> rest = got.Buffer;
            while (rest.Length >= FrameBytes)
            {
                int part = AppendFrom(rest);
                total += part;
                rest = rest.Slice(part);
                long wanted = Math.Min(rest.Length / FrameBytes * FrameBytes, PeriodBytes);
                if (wanted == 0 || await WaitAsync(wanted, cancellationToken).ConfigureAwait(false)) continue;
                source.AdvanceTo(rest.Start);
                return total;
            }

            source.AdvanceTo(rest.Start, rest.End);
            if (got.IsCompleted || got.IsCanceled) return total;
        }
    }

    private int AppendFrom(ReadOnlySequence<byte> rest)
    {
        CyclicSpans place = AcquireWrite((int)Math.Min(rest.Length / FrameBytes * FrameBytes, int.MaxValue / FrameBytes * FrameBytes));
        rest.Slice(0, place.First.Length).CopyTo(place.First);
        rest.Slice(place.First.Length, place.Second.Length).CopyTo(place.Second);
        int length = place.Length;
        CommitWrite(length);
        return length;
    }
}
