using System.Runtime.CompilerServices;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>Where memory is to the device, with what the platform said last: a driver's requests often lie in one buffer.</summary>
/// <remarks>
/// One thread at a time. What is known of a buffer holds as long as that lives; a mapping of one that was disposed meanwhile is refused when
/// it begins.
/// </remarks>
internal sealed class KnownRun(DmaDomain domain)
{
    private object? _keeper;
    private nint _host;
    private long _length;
    private LogicalAddress _address;

    /// <summary>Finds the device's address of native memory.</summary>
    /// <param name="keeper">What keeps the memory.</param>
    /// <param name="host">Where it starts in this process.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="at">Where the first byte is to the device, if it is reachable at all.</param>
    /// <param name="contiguous">How many bytes from there lie side by side: 1 to <paramref name="length"/>.</param>
    /// <returns>False when no address of the domain leads there.</returns>
    public bool TryFind(object keeper, nint host, long length, out LogicalAddress at, out long contiguous)
    {
        nint within = host - _host;
        if (!ReferenceEquals(keeper, _keeper) || (ulong)within >= (ulong)_length) return TryAsk(keeper, host, length, out at, out contiguous);
        at = new LogicalAddress(_address.Value + (ulong)within);
        contiguous = Math.Min(length, _length - within);
        return true;
    }

    /// <summary>Whether memory surely lies in the system buffer that is known, side by side to the device and behind an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBeyond(object keeper, nint host, long length, ulong address)
    {
        nint within = host - _host;
        return ReferenceEquals(keeper, _keeper) && (ulong)within < (ulong)_length && length <= _length - within && _address.Value > address && keeper is SystemBuffer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAsk(object keeper, nint host, long length, out LogicalAddress at, out long contiguous)
    {
        if (keeper is CommonBuffer common && common.Adapter.Domain == domain)
        {
            (at, contiguous) = (common.LogicalAddress + (host - common.Host), length);
            (_keeper, _host, _length, _address) = (common, common.Host, common.Length, common.LogicalAddress);
            return true;
        }

        // Asked for the rest of the buffer: the next request or fragment may lie there.
        long ask = keeper is SystemBuffer system ? Math.Max(length, system.Length - (host - system.HostAddress)) : length;
        if (!domain.Memory.TryTranslate(host, ask, out at, out contiguous)) return false;
        if (keeper is SystemBuffer) (_keeper, _host, _length, _address) = (keeper, host, contiguous, at);
        contiguous = Math.Min(contiguous, length);
        return true;
    }
}
