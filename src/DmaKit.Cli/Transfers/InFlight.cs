using System.Runtime.CompilerServices;
using DmaKit.Drivers;

namespace DmaKit.Cli;

/// <summary>The requests that a transfer has at its disk, in order. Each has the buffer of its place.</summary>
/// <remarks>Belongs to one transfer; not safe from several threads. Allocates nothing for a request.</remarks>
/// <param name="places">How many requests there may be.</param>
internal sealed class InFlight(int places)
{
    private readonly ValueTask[] _requests = new ValueTask[places];
    private readonly int[] _bytes = new int[places];
    private long _taken;
    private long _added;

    /// <summary>Whether every place is in use.</summary>
    internal bool IsFull => Count == places;

    /// <summary>How many requests there are.</summary>
    internal int Count => (int)(_added - _taken);

    /// <summary>The place that the next request gets.</summary>
    internal int NextPlace => (int)(_added % places);

    /// <summary>The place of the oldest request.</summary>
    internal int OldestPlace => (int)(_taken % places);

    /// <summary>Adds a request that has begun.</summary>
    /// <param name="request">The request.</param>
    /// <param name="bytes">How many bytes of the transfer it stands for.</param>
    internal void Add(ValueTask request, int bytes)
    {
        _bytes[NextPlace] = bytes;
        _requests[NextPlace] = request;
        _added++;
    }

    /// <summary>Waits for the oldest request; its failure is thrown here.</summary>
    /// <returns>How many bytes it stands for.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<int> TakeAsync()
    {
        int place = OldestPlace;
        _taken++;
        await _requests[place].ConfigureAwait(false);
        return _bytes[place];
    }

    /// <summary>
    /// Waits for every request, whatever becomes of it: afterwards no device touches a buffer any more. For a transfer that ends early and
    /// has its reason already.
    /// </summary>
    /// <returns>How many bytes were done in one piece from the oldest request on.</returns>
    internal async ValueTask<long> DrainAsync()
    {
        long done = 0;
        bool whole = true;
        while (Count > 0)
        {
            try
            {
                int bytes = await TakeAsync().ConfigureAwait(false);
                if (whole) done += bytes;
            }
            catch (Exception e) when (e is BlockDeviceException or OperationCanceledException or DmaException)
            {
                whole = false;
            }
        }

        return done;
    }
}
