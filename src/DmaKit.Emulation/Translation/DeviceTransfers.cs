using DmaKit.Emulation.Native;
using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>What devices do in a logical address space.</summary>
internal static class DeviceTransfers
{
    /// <summary>A device reads.</summary>
    /// <param name="memory">The address space.</param>
    /// <param name="address">Where, as the device sees it.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="done">How many bytes moved.</param>
    /// <param name="refused">Why not all of them did; null when they did.</param>
    internal static bool TryRead(this LogicalMemory memory, ulong address, Span<byte> destination, out long done, out string? refused)
    {
        done = 0;
        while (done < destination.Length)
        {
            if (!memory.TryReach(address + (ulong)done, isWrite: false, out nint host, out long contiguous, out refused)) return false;
            int length = (int)Math.Min(contiguous, destination.Length - done);
            DeviceCopy.Read(host, destination.Slice((int)done, length));
            done += length;
        }

        refused = null;
        return true;
    }

    /// <summary>A device writes.</summary>
    /// <inheritdoc cref="TryRead"/>
    internal static bool TryWrite(this LogicalMemory memory, ulong address, ReadOnlySpan<byte> source, out long done, out string? refused)
    {
        done = 0;
        while (done < source.Length)
        {
            if (!memory.TryReach(address + (ulong)done, isWrite: true, out nint host, out long contiguous, out refused)) return false;
            int length = (int)Math.Min(contiguous, source.Length - done);
            DeviceCopy.Write(host, source.Slice((int)done, length));
            done += length;
        }

        refused = null;
        return true;
    }
}
